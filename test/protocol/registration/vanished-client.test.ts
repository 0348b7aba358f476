import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import Koa from 'koa'
import { Provider } from 'oidc-provider'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { registrationAnswers } from '../../../src/protocol/registration/registration.routes.ts'
import { DATABASES } from '../../platform/change-feed-databases.ts'
import type { MigratedDatabase } from '../../platform/change-feed-databases.ts'

const ISSUER = 'http://localhost'

describe('a registered client that is deleted after the library has read it', () => {
  let database: MigratedDatabase
  let server: Server
  const told: string[] = []

  before(async () => {
    database = await DATABASES[0]!.open()
    const provider = new Provider(ISSUER)
    provider.on('registration_read.error', (_ctx, { message }) => told.push(message))
    const app = new Koa()
    const admit = () => Promise.reject(new Error('nobody registers here'))
    app.use(registrationAnswers({ db: database.db, openPolicy: undefined, admit }, 'open', () => undefined))
    app.use((ctx) => {
      const oidc = { route: 'client', provider, issuer: ISSUER } as unknown as KoaContextWithOIDC['oidc']
      Object.assign(ctx, { oidc })
      ctx.body = { client_id: 'gone', registration_access_token: 'x' }
    })
    server = app.listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  after(async () => {
    server.close()
    await database.drop()
  })

  it('is answered like a token that is no longer valid (RFC 7592 §2.1), and the log says so', async () => {
    const { port } = server.address() as AddressInfo
    const answer = await fetch(`http://127.0.0.1:${port}/oauth/register/gone`)
    expect(answer.status).to.equal(401)
    expect(await answer.json()).to.include({ error: 'invalid_token' })
    expect(answer.headers.get('www-authenticate')).to.match(/^Bearer .*error="invalid_token"/)
    expect(told).to.eql(['invalid_token'])
  })
})
