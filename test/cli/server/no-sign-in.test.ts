import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { startServer } from '../../support/running-server.ts'
import type { RunningServer } from '../../support/running-server.ts'
import { administrator, answer, ownMachine } from './command-line-at.ts'

describe('A server with COMMAND_LINE_SIGN_IN=false', function () {
  this.timeout(180_000)
  let server: RunningServer
  const machine = ownMachine()
  before(async () => {
    server = await startServer({ store: 'sqlite', separate: true })
  })
  after(async () => {
    await server.stop()
    machine.remove()
  })

  const at = (...args: string[]) => machine.cli([...args, '--server', server.issuer])

  it('lets nobody sign in with the command line, and takes no token from before', async () => {
    const admin = await administrator(server)
    const { address, outcome } = await machine.login(server.issuer)
    await answer(server, admin, address, 'allow')
    expect(await outcome).to.include({ code: 0 })
    expect(await at('group', 'list')).to.include({ code: 0 })
    const { servers } = JSON.parse(readFileSync(machine.file, 'utf8')) as {
      servers: Record<string, { accessToken: string }>
    }
    server.env['ACCOUNT_SERVER_COMMAND_LINE_SIGN_IN'] = 'false'
    await server.restart()

    const token = servers[server.issuer]!.accessToken
    const headers = { authorization: `Bearer ${token}` }
    expect((await fetch(`${server.issuer}/api/v1/groups`, { headers })).status).to.equal(401)
    const late = await at('group', 'list')
    expect(late.code).to.equal(1)
    expect(late.stderr).to.contain('npm run cli -- login')
    const { code, stderr } = await at('login')
    expect(code).to.equal(1)
    expect(stderr).to.contain(`${server.issuer} does not let the command line sign in.`)
  })
})
