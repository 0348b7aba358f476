import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect } from 'chai'
import { createServersHere } from '../support/server-here.ts'
import { startServer } from '../support/running-server.ts'
import { BARE_ENVIRONMENT, dataFolder, freePort } from '../support/service-process.ts'
import { createVisitor } from '../support/visitor.ts'

const CLI = join(import.meta.dirname, '../../src/cli.ts')

describe('A backup of an embedded server', () => {
  it('is made while people sign in and register, and a server starts from it [A21]', async () => {
    const server = await startServer({ store: 'sqlite' })
    const copy = join(dataFolder('copy'), 'copy.sqlite')
    let [stopped, served] = [false, 0]
    const earlier = await server.createAccount()
    /** Writes all the time: accounts, sessions, audit entries. */
    async function load(): Promise<void> {
      while (!stopped) {
        const visitor = createVisitor(server.issuer)
        await visitor.signIn(await server.createAccount())
        expect((await visitor.get('/account')).status, `after ${served} others`).to.equal(200)
        served += 1
      }
    }
    try {
      const loads = [load(), load(), load()]
      await cli(['backup', copy], server.env)
      stopped = true
      await Promise.all(loads)
    } finally {
      await server.stop()
    }
    expect(served, 'people who signed in meanwhile').to.be.greaterThan(3)

    const port = await freePort()
    const env = {
      ...server.env,
      ACCOUNT_SERVER_DATA_DIR: dataFolder('restored'),
      ACCOUNT_SERVER_ISSUER: `http://localhost:${port}`,
    }
    await cli(['restore', copy], env)
    const restored = createServersHere({ env, ports: [port], withWorker: false })
    await restored.start()
    try {
      const visitor = createVisitor(env.ACCOUNT_SERVER_ISSUER)
      const page = await visitor.signIn(earlier)
      expect(page.text).to.contain(earlier.email)
    } finally {
      await restored.end()
    }
  })
})

async function cli(args: string[], env: Record<string, string>): Promise<void> {
  const child = spawn(process.execPath, [CLI, ...args], {
    env: { ...BARE_ENVIRONMENT, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const [code] = (await once(child, 'exit')) as [number]
  expect(code, args.join(' ')).to.equal(0)
}
