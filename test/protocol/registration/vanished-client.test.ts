import { expect } from 'chai'
import { Provider } from 'oidc-provider'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { showStored } from '../../../src/protocol/registration/registration.routes.ts'
import { DATABASES } from '../../platform/change-feed-databases.ts'
import type { MigratedDatabase } from '../../platform/change-feed-databases.ts'

const ISSUER = 'http://localhost'

describe('a registered client that is deleted after the library has read it', () => {
  let database: MigratedDatabase

  before(async () => {
    database = await DATABASES[0]!.open()
  })
  after(() => database.drop())

  it('is answered like a token that is no longer valid (RFC 7592 §2.1), and the log says so', async () => {
    const provider = new Provider(ISSUER)
    const told: string[] = []
    provider.on('registration_read.error', (_ctx, { message }) => told.push(message))
    const answer = {
      status: 200,
      body: { client_id: 'gone', registration_access_token: 'x' } as object,
      headers: new Map<string, string>(),
      oidc: { route: 'client', provider, issuer: ISSUER },
      set: (name: string, value: string) => answer.headers.set(name, value),
    }
    const { at, run } = showStored(database.db, () => undefined)
    await run(answer as unknown as KoaContextWithOIDC)
    expect(at).to.include('client')
    expect(answer.status).to.equal(401)
    expect(answer.body).to.include({ error: 'invalid_token' })
    expect(answer.headers.get('WWW-Authenticate')).to.match(/^Bearer .*error="invalid_token"/)
    expect(told).to.eql(['invalid_token'])
  })
})
