import { generateKeyPairSync } from 'node:crypto'
import { expect } from 'chai'
import { decodeJwt, SignJWT } from 'jose'
import type { ClientInput } from '../../../src/clients/client-metadata.ts'
import { createResource } from '../../../src/resources/resources.ts'
import { callbackOf, register } from '../relying-party.ts'
import type { Fields, Party } from '../relying-party.ts'
import { sqliteStage } from '../stage.ts'
import type { Stage } from '../stage.ts'

const API = 'https://code-protection.example/'
const BARE: Fields = { code_challenge: undefined, code_challenge_method: undefined, nonce: undefined }
const BOTH_WAYS = /code_challenge.*code_challenge_method=S256, or send scope openid and a nonce/

describe('what protects a code', function () {
  let stage: Stage
  let app: Party
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })

  before(async () => {
    stage = await sqliteStage()
    const jwk = { ...keys.publicKey.export({ format: 'jwk' }), kty: 'EC' as const }
    await createResource(stage.parts.db, { identifier: API, scope: 'read' }, stage.parts)
    app = await register(stage, {
      jwks: { keys: [jwk] },
      allowed_resources: [API],
      scope: 'openid email profile offline_access read',
    })
  })

  /** The answer to the app; nothing when the person is asked to sign in. */
  async function refusalOf(party: Party, given: Fields): Promise<string> {
    const answer = await stage.visitor().get(party.authorizePath({ ...BARE, ...given }), { follow: false })
    const to = answer.headers.get('location') ?? ''
    if (to.startsWith('/interaction/') || to.startsWith(`${stage.issuer}/interaction/`)) return ''
    return callbackOf(answer)['error_description'] ?? answer.text
  }

  it('is a nonce in place of PKCE, for a confidential client: its ID token brings it back', async () => {
    const code = await app.codeFor(await stage.person(), { ...BARE, nonce: 'a-nonce' })
    const answer = await app.redeem(code, { code_verifier: undefined })
    expect(answer.status, answer.text).to.equal(200)
    expect(decodeJwt(String(answer.json()['id_token']))).to.include({ nonce: 'a-nonce' })
  })

  it('is one of the two: a request with neither is refused in words that name both', async () => {
    expect(await refusalOf(app, {})).to.match(BOTH_WAYS)
    expect(await refusalOf(app, { nonce: '' })).to.match(BOTH_WAYS)
    const ofApi = { nonce: 'n', scope: 'read', resource: API, prompt: undefined }
    expect(await refusalOf(app, ofApi), 'no ID token').to.contain('openid scope')
    expect(await refusalOf(app, { nonce: 'n' })).to.equal('')
  })

  it('may be in a pushed request', async () => {
    const { clientId: client_id, redirectUri: redirect_uri } = app
    const asked = { client_id, redirect_uri, response_type: 'code', scope: 'openid' }
    const bare = await app.call('/oauth/par', asked)
    expect(bare.status).to.equal(400)
    expect(bare.json()['error_description']).to.match(BOTH_WAYS)
    const pushed = await app.call('/oauth/par', { ...asked, nonce: 'n' })
    expect(pushed.status, pushed.text).to.equal(201)
    const { request_uri: requestUri } = pushed.json() as { request_uri: string }
    const query = new URLSearchParams({ client_id: app.clientId, request_uri: requestUri })
    const answer = await stage.visitor().get(`/oauth/authorize?${query}`, { follow: false })
    expect(answer.headers.get('location')).to.contain('/interaction/')
  })

  it('counts within a signed request, and not beside it', async () => {
    const signed = (claims: object) =>
      new SignJWT({
        client_id: app.clientId,
        response_type: 'code',
        redirect_uri: app.redirectUri,
        scope: 'openid',
        ...claims,
      })
        .setProtectedHeader({ alg: 'ES256' })
        .setIssuer(app.clientId)
        .setAudience(stage.issuer)
        .setExpirationTime('60s')
        .sign(keys.privateKey)
    expect(await refusalOf(app, { request: await signed({ nonce: 'n' }) })).to.equal('')
    const beside = { request: await signed({}), nonce: 'n' }
    expect(await refusalOf(app, beside)).to.match(BOTH_WAYS)
  })

  const STRICT: [who: string, client: Partial<ClientInput>][] = [
    ['a public client', { token_endpoint_auth_method: 'none' }],
    ['a client of MCP', { profile: 'mcp', token_endpoint_auth_method: 'client_secret_basic' }],
    ['a client that is registered with require_pkce', { require_pkce: true }],
  ]
  for (const [who, client] of STRICT)
    it(`is PKCE alone for ${who} [S-1.5]`, async () => {
      const party = await register(stage, client)
      const told = await refusalOf(party, { nonce: 'n' })
      expect(told)
        .to.match(/PKCE is required.*S256/)
        .and.not.match(/nonce/)
    })
})
