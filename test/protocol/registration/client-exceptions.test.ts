import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { SignJWT } from 'jose'
import { updateClient } from '../../../src/clients/clients.ts'
import { restrainDocument } from '../../../src/provider/clients/client-documents.ts'
import { parseClientMetadata } from '../../../src/clients/client-rules.ts'
import type { PolicyInput } from '../../../src/protocol/registration/registration-policy.ts'
import { sqliteStage, until } from '../../provider/stage.ts'
import type { Stage } from '../../provider/stage.ts'
import { CALLBACK, createRegistrar } from './registrar.ts'
import type { Registered } from './registrar.ts'

const app = { client_name: 'Old app', redirect_uris: [CALLBACK] }
const CIBA = 'urn:openid:params:grant-type:ciba'

describe('what an operator lets a single client leave out', function () {
  let stage: Stage
  let registrar: ReturnType<typeof createRegistrar>
  before(async () => {
    stage = await sqliteStage()
    registrar = createRegistrar(stage)
  })

  /** The error that a request without a code challenge ends in; empty where it leads to the sign-in page. */
  async function withoutChallenge(clientId: string): Promise<string> {
    const asked = { client_id: clientId, redirect_uri: CALLBACK, response_type: 'code', scope: 'openid' }
    const page = await stage
      .visitor()
      .get(`/oauth/authorize?${new URLSearchParams(asked)}`, { follow: false })
    const to = new URL(page.headers.get('location') ?? '', stage.issuer)
    if (to.origin === stage.issuer) expect(to.pathname).to.match(/^\/interaction\//)
    return to.searchParams.get('error') ?? ''
  }

  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const jwks = {
    keys: [{ ...keys.publicKey.export({ format: 'jwk' }), kty: 'EC' as const, kid: 'one', alg: 'ES256' }],
  }

  /** How the token endpoint answers an assertion that is made for `audience`. */
  async function asserted(clientId: string, audience: string): Promise<number> {
    const assertion = await new SignJWT({ jti: randomUUID() })
      .setProtectedHeader({ alg: 'ES256', kid: 'one' })
      .setIssuer(clientId)
      .setSubject(clientId)
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime('60s')
      .sign(keys.privateKey)
    const client_assertion_type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
    const form = { grant_type: 'client_credentials', client_assertion: assertion, client_assertion_type }
    return (await stage.send({ to: '/oauth/token', form })).status
  }

  async function registered(body: object, policy: PolicyInput): Promise<Registered> {
    const { token } = await registrar.token(policy)
    const reply = await registrar.register(body, token)
    expect(reply.status, JSON.stringify(reply.body)).to.equal(201)
    return reply.body
  }

  it('is PKCE, for that client and no other', async () => {
    const old = await stage.createClient({ ...app, require_pkce: false })
    expect(await withoutChallenge(old.client_id)).to.equal('')
    const other = await stage.createClient({ ...app })
    expect(await withoutChallenge(other.client_id)).to.equal('invalid_request')
    await updateClient(stage.parts.db, old.client_id, { require_pkce: true }, stage.parts)
    const refused = async () => (await withoutChallenge(old.client_id)) === 'invalid_request'
    await until(refused, 'every process knows of the change')
  })

  it('is the audience of client assertions: the token endpoint counts beside the issuer', async () => {
    const job = { client_name: 'Job', grant_types: ['client_credentials' as const], jwks }
    const method = { token_endpoint_auth_method: 'private_key_jwt' as const }
    const old = await stage.createClient({ ...job, ...method, assertion_audience: 'token_endpoint' })
    const other = await stage.createClient({ ...job, ...method })
    const endpoint = `${stage.issuer}/oauth/token`
    const answers = []
    for (const { client_id: id } of [old, other])
      for (const audience of [stage.issuer, endpoint]) answers.push(await asserted(id, audience))
    expect(answers).to.eql([200, 200, 200, 401])
  })

  it('is never what public clients, FAPI 2.0 and MCP rest on', () => {
    const refusal = (given: object) => {
      try {
        parseClientMetadata({ ...app, ...given })
        return ''
      } catch (error) {
        return String(error)
      }
    }
    const fapi = { profile: 'fapi2-security', jwks }
    const open = { require_pkce: false }
    expect(refusal({ token_endpoint_auth_method: 'none', ...open })).to.contain('require_pkce: must be true')
    expect(
      refusal({ profile: 'mcp', token_endpoint_auth_method: 'client_secret_basic', ...open }),
    ).to.contain('require_pkce: must be true')
    expect(refusal({ ...fapi, ...open })).to.contain('require_pkce: must be true')
    const older = { assertion_audience: 'token_endpoint' }
    expect(refusal({ ...fapi, ...older })).to.contain('assertion_audience: takes issuer')
    const ciba = {
      grant_types: [CIBA],
      redirect_uris: [],
      backchannel_token_delivery_mode: 'poll',
      backchannel_authentication_request_signing_alg: 'ES256',
    }
    expect(refusal({ ...fapi, ...ciba, ...older }), 'FAPI-CIBA is older').to.equal('')
  })

  describe('for clients that register themselves', () => {
    const policy = { require_pkce: false, assertion_audience: 'token_endpoint' } as const

    it('is not theirs to say', async () => {
      const client = await registered({ ...app, ...policy }, {})
      expect(client).not.to.include.any.keys('require_pkce', 'assertion_audience')
      expect(await withoutChallenge(client.client_id)).to.equal('invalid_request')
      const document = { client_id: 'https://app.example.com/client.json', ...app, ...policy }
      restrainDocument(document, [])
      expect(document).not.to.include.any.keys('require_pkce', 'assertion_audience')
    })

    it('comes with the policy of their token, and stays through an update that cannot change it', async () => {
      const client = await registered(app, policy)
      expect(client).to.include(policy)
      expect(await withoutChallenge(client.client_id)).to.equal('')
      const asked = { ...app, client_id: client.client_id, client_secret: client.client_secret }
      const changed = await registrar.manage(client, { method: 'PUT', body: asked })
      expect(changed.body).to.include(policy)
    })

    it('may be given up by them for the stricter rule, and stays so', async () => {
      const client = await registered({ ...app, require_pkce: true }, policy)
      expect(client).to.include({ require_pkce: true })
      expect(await withoutChallenge(client.client_id)).to.equal('invalid_request')
      const asked = { ...app, client_id: client.client_id, client_secret: client.client_secret }
      const changed = await registrar.manage(client, {
        method: 'PUT',
        body: { ...asked, require_pkce: false },
      })
      expect(changed.body).to.include({ require_pkce: true })
    })

    it('is left out where a client may not have it: a public one, or one that becomes public', async () => {
      const open = { ...app, token_endpoint_auth_method: 'none' }
      const client = await registered(open, policy)
      expect(await withoutChallenge(client.client_id)).to.equal('invalid_request')
      const before = await registered(app, policy)
      const asked = { ...open, client_id: before.client_id, client_secret: before.client_secret }
      const { status, body } = await registrar.manage(before, { method: 'PUT', body: asked })
      expect(status, JSON.stringify(body)).to.equal(200)
      expect(await withoutChallenge(before.client_id)).to.equal('invalid_request')
    })
  })
})
