import { createServer } from 'node:http'
import { expect } from 'chai'
import { cli, ensureAccountServer } from '../../examples/account-server.ts'
import { startServer } from '../support/running-server.ts'
import { dataFolder, freePort } from '../support/service-process.ts'
import { listenOn } from './listening.ts'

describe('the account server of the examples', () => {
  it('is the one that already runs', async () => {
    const server = await startServer({ store: 'sqlite' })
    expect(await ensureAccountServer(server.issuer, server.env)).to.equal('found')
    const seeded = (await cli(['seed'], server.env)) as { client: { client_id: string } }
    expect(seeded.client.client_id).to.equal('demo-app')
    await server.stop()
  })

  it('is an error when it cannot be started', async () => {
    const port = await freePort()
    const stop = await listenOn(
      port,
      createServer((_request, response) => response.writeHead(404).end()),
    )
    const env = {
      ...process.env,
      ACCOUNT_SERVER_PORT: String(port),
      ACCOUNT_SERVER_DATA_DIR: dataFolder('example'),
    }
    const outcome = await ensureAccountServer(`http://localhost:${port}`, env).catch(
      (error: Error) => error.message,
    )
    expect(outcome).to.equal('the account server ended with 1')
    await stop()
  })

  it('says in one line why a command of it failed', async () => {
    const failure = await cli(['nonsense']).catch((error: Error) => error.message)
    expect(failure).to.match(/^.nonsense.* is not a command/)
  })
})
