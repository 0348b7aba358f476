import { expect } from 'chai'
import { isMounted } from '../support/mounted.ts'
import { decodeProtectedHeader } from 'jose'
import { register } from './relying-party.ts'
import { openStage, sqliteStage } from './stage.ts'
import type { Stage } from './stage.ts'

const algOf = (jwt: string) => decodeProtectedHeader(jwt).alg

describe('the algorithm of ID tokens', function () {
  let stage: Stage

  describe('of a client that names none', () => {
    before(async () => {
      stage = await sqliteStage()
    })

    it('is RS256, at the code and at the refresh [S-1.59]', async () => {
      const app = await register(stage)
      const tokens = await app.tokensFor(await stage.person())
      expect(algOf(tokens.id_token)).to.equal('RS256')
      const refreshed = (await app.refresh(tokens.refresh_token)).json()
      expect(algOf(String(refreshed['id_token']))).to.equal('RS256')
    })

    it('is RS256 also where nothing was stored with the client', async () => {
      const app = await register(stage)
      const rows = () => stage.parts.db('clients').where({ clientId: app.clientId })
      const { metadata } = (await rows().first('metadata')) as { metadata: string }
      const { id_token_signed_response_alg: alg, ...older } = JSON.parse(metadata) as Record<string, unknown>
      expect(alg).to.equal('RS256')
      await rows().update({ metadata: JSON.stringify(older) })
      const tokens = await app.tokensFor(await stage.person())
      expect(algOf(tokens.id_token)).to.equal('RS256')
    })

    it('is RS256 for signed answers and introspection too (JARM §3, RFC 9701 §6)', async () => {
      const app = await register(stage)
      const query = app.authorizePath({ response_mode: 'jwt', prompt: 'none' })
      const answer = await stage.visitor().get(query)
      const response = new URL(answer.headers.get('location') ?? '').searchParams.get('response') ?? ''
      expect(algOf(response)).to.equal('RS256')
      const accept = { ...app.auth, accept: 'application/token-introspection+jwt' }
      expect(algOf((await app.call('/oauth/introspect', { token: 'x' }, accept)).text)).to.equal('RS256')
    })
  })

  it('is what the client names, and discovery lists each', async () => {
    stage = await sqliteStage()
    const { json } = await stage.send({ to: '/.well-known/openid-configuration' })
    const listed = json()['id_token_signing_alg_values_supported'] as string[]
    expect(listed).to.have.members(['RS256', 'ES256', 'PS256', 'EdDSA'])
    for (const alg of listed) {
      const app = await register(stage, { id_token_signed_response_alg: alg as 'RS256' })
      expect(algOf((await app.tokensFor(await stage.person())).id_token), alg).to.equal(alg)
    }
  })

  describe('of the whole server', () => {
    before(async () => {
      const env = {
        ACCOUNT_SERVER_ID_TOKEN_ALGORITHM: 'PS256',
        ACCOUNT_SERVER_CLIENT_REGISTRATION: 'open',
      }
      stage = await openStage({ store: 'sqlite', env })
    })
    after(() => stage.stop())

    if (isMounted('registration'))
      it('is a setting, which the answer to a registration states', async () => {
        const body = JSON.stringify({ redirect_uris: ['https://app.example.com/cb'] })
        const headers = { 'content-type': 'application/json' }
        const made = await stage.send({ to: '/oauth/register', body, headers })
        expect(made.status, made.text).to.equal(201)
        expect(made.json()).to.include({ id_token_signed_response_alg: 'PS256' })
      })
  })
})
