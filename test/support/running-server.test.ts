import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { startServer } from './running-server.ts'
import { createVisitor } from './visitor.ts'

describe('a running server for tests', () => {
  it('spreads the requests of one visitor over its processes, on SQLite as well', async () => {
    const server = await startServer({ store: 'sqlite', processes: 2 })
    const person = await server.createAccount()
    const visitor = createVisitor(server.issuer)
    expect((await visitor.signIn(person)).heading).to.equal('Your account')
    const requests = server
      .log()
      .split('\n')
      .filter((line) => line.includes('"/account"') || line.includes('"/sign-in"'))
      .map((line) => (JSON.parse(line) as { pid: number }).pid)
    expect(new Set(requests)).to.eql(new Set(server.processes.map(({ pid }) => pid)))
    await server.stop()
  })

  it('ends with 0 on SIGTERM', async () => {
    const server = await startServer({ store: 'sqlite', separate: true })
    expect(await server.signal('SIGTERM')).to.eql([0])
    await server.stop()
  })

  it('runs beside others in one process, each with settings and data of its own', async () => {
    const [one, other] = await Promise.all(
      ['One', 'Other'].map((name) =>
        startServer({ store: 'sqlite', env: { ACCOUNT_SERVER_SERVER_NAME: name } }),
      ),
    )
    const person = await one!.createAccount()
    const signIn = ({ issuer }: { issuer: string }) => createVisitor(issuer).signIn(person)
    expect((await signIn(one!)).heading).to.equal('Your account')
    expect((await signIn(other!)).heading).to.equal('Sign in')
    expect((await createVisitor(one!.issuer).get('/sign-in')).text).to.contain('One')
    expect((await createVisitor(other!.issuer).get('/sign-in')).text).to.contain('Other')
    expect(one!.processes[0]?.pid).to.equal(process.pid)
    await Promise.all([one!.stop(), other!.stop()])
  })

  it('answers nobody once it is stopped, and takes signals only as a process', async () => {
    const server = await startServer({ store: 'sqlite' })
    expect((await fetch(`${server.issuer}/health/ready`)).status).to.equal(200)
    const refused = await server.restart().catch((error: Error) => error.message)
    expect(refused).to.contain('separate: true')
    await server.stop()
    const outcome = await fetch(`${server.issuer}/health/ready`).catch(() => 'nobody')
    expect(outcome).to.equal('nobody')
  })

  it('is started by no test of one noun, which reaches it on every database without one', () => {
    const nouns = [
      'accounts',
      'attempts',
      'clients',
      'grant-store',
      'keys',
      'outbox',
      'passwords',
      'resources',
    ]
    const files = globSync(`{${nouns.join(',')},platform}/**/*.ts`, { cwd: TESTS })
    expect(files).to.have.length.above(30)
    const starts = /\b(startServer|startProcess|openStage|sqliteStage|STAGES)\b/
    expect(files.filter((file) => starts.test(readFileSync(join(TESTS, file), 'utf8')))).to.eql([])
  })
})

const TESTS = join(import.meta.dirname, '..')
