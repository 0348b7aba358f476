import { expect } from 'chai'
import * as oidc from 'openid-client'
import { UNUSED_AFTER_MS, purgeUnusedClients } from '../../../src/protocol/registration/registered-clients.ts'
import { anyAddress, openStage } from '../../provider/stage.ts'
import type { Stage } from '../../provider/stage.ts'
import { createRegistrar } from './registrar.ts'

const TOOLS = 'https://tools.example.com/mcp'
const OTHER = 'https://other.example.com/mcp'
const CURSOR = 'cursor://anysphere.cursor-mcp/oauth/callback'

const SETTINGS = {
  ACCOUNT_SERVER_CLIENT_REGISTRATION: 'mcp',
  ACCOUNT_SERVER_OPEN_CLIENT_RESOURCES: `${TOOLS},${OTHER}`,
}

for (const store of ['sqlite', 'mariadb+redis'] as const) {
  describe(`an MCP client that registers openly, on ${store}`, function () {
    let stage: Stage
    let registrar: ReturnType<typeof createRegistrar>
    let config: oidc.Configuration

    before(async () => {
      stage = await openStage({ store, env: SETTINGS })
      registrar = createRegistrar(stage)
      for (const identifier of [TOOLS, OTHER]) await stage.createResource({ identifier, scope: 'tools:call' })
      config = await oidc.dynamicClientRegistration(
        new URL(stage.issuer),
        { client_name: 'Cursor', redirect_uris: [CURSOR], token_endpoint_auth_method: 'none' },
        oidc.None(),
        { execute: [oidc.allowInsecureRequests] },
      )
    })
    after(() => stage.stop())

    async function begin(parameters: Record<string, string> = {}) {
      const verifier = oidc.randomPKCECodeVerifier()
      const url = oidc.buildAuthorizationUrl(config, {
        redirect_uri: CURSOR,
        scope: 'openid offline_access tools:call',
        code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state: 'a-state',
        ...parameters,
      })
      return { url: new URL(url), verifier }
    }

    /** Signs a new person in and answers the consent page. */
    async function toConsent(parameters: Record<string, string>) {
      const { email, password } = await stage.createAccount()
      const visitor = stage.visitor()
      const request = await begin({ prompt: 'consent', ...parameters })
      const page = await visitor.followForm(await visitor.get(request.url), { email, password })
      return { visitor, page, ...request }
    }

    const metadata = () => config.serverMetadata()

    it('finds in the metadata all that it looks for', () => {
      expect(metadata()).to.deep.include({
        registration_endpoint: `${stage.issuer}/oauth/register`,
        authorization_response_iss_parameter_supported: true,
        code_challenge_methods_supported: ['S256'],
        response_types_supported: ['code'],
      })
      expect(metadata().token_endpoint_auth_methods_supported).to.include('none')
      expect(metadata().grant_types_supported).to.include.members(['authorization_code', 'refresh_token'])
    })

    it('becomes a public client of the profile, even if it asks for something else', async () => {
      expect(config.clientMetadata()).to.deep.include({
        profile: 'mcp',
        application_type: 'native',
        token_endpoint_auth_method: 'none',
        first_party: false,
        allowed_resources: [TOOLS, OTHER],
      })
      const { status } = await registrar.register({ redirect_uris: [CURSOR], profile: 'default' })
      expect(status).to.equal(400)
    })

    it('gets consent, a token for the server it named, and none for another', async () => {
      const { visitor, page, verifier } = await toConsent({ resource: TOOLS })
      expect(page.heading).to.equal('Cursor asks for access')
      expect(page.text).to.contain('registered itself').and.contain('by cursor:')
      const answer = await visitor.followForm(page, { decision: 'allow' }, { follow: true })
      const returned = new URL(answer.headers.get('location') ?? '')
      expect(returned.protocol).to.equal('cursor:')
      expect(returned.searchParams.get('iss')).to.equal(stage.issuer)

      const tokens = await oidc.authorizationCodeGrant(
        config,
        returned,
        { pkceCodeVerifier: verifier, expectedState: 'a-state', idTokenExpected: true },
        { resource: TOOLS },
      )
      const { scope } = tokens
      expect(scope).to.contain('tools:call')
      const refused = await oidc
        .refreshTokenGrant(config, tokens.refresh_token ?? '', { resource: OTHER })
        .catch((error: unknown) => error)
      expect(refused).to.include({ error: 'invalid_target' })
    })

    it('is bound to the server it named also when the token request names none', async () => {
      const { visitor, page, verifier } = await toConsent({ resource: TOOLS })
      const answer = await visitor.followForm(page, { decision: 'allow' })
      const tokens = await oidc.authorizationCodeGrant(
        config,
        new URL(answer.headers.get('location') ?? ''),
        { pkceCodeVerifier: verifier, expectedState: 'a-state', idTokenExpected: true },
      )
      const bearer = { headers: { authorization: `Bearer ${tokens.access_token}` } }
      const userinfo = await fetch(metadata().userinfo_endpoint ?? '', bearer)
      expect(userinfo.status, 'a token for a server opens nothing here').to.equal(403)
    })

    for (const [what, resource] of [
      ['no server', undefined],
      ['a server that is not its own', 'https://unknown.example.com/'],
    ] as const) {
      it(`is refused when it names ${what}, with the reason`, async () => {
        const { url } = await begin(resource === undefined ? {} : { resource })
        const { headers } = await stage.visitor().get(url, { follow: false })
        const returned = new URL(headers.get('location') ?? '')
        expect(returned.searchParams.get('error')).to.equal('invalid_target')
        expect(returned.searchParams.get('error_description')).to.match(/resource/)
      })
    }

    it('has to wait after a few registrations from one network', async () => {
      const from = { 'x-forwarded-for': anyAddress() }
      const body = { redirect_uris: [CURSOR], token_endpoint_auth_method: 'none' }
      const all = await Promise.all(
        Array.from({ length: 30 }, () => registrar.register(body, undefined, from)),
      )
      expect(all.filter(({ status }) => status === 201)).to.have.length(20)
      expect(all.filter(({ status }) => status === 429)).to.have.length(10)
      expect((await registrar.register(body)).status, 'from elsewhere').to.equal(201)
    })

    it('cannot skip that limit with a token of its own making', async () => {
      const { status } = await registrar.register({ redirect_uris: [CURSOR] }, `ia_${'A'.repeat(43)}`)
      expect(status).to.equal(401)
    })

    it('is deleted when it was never used', async () => {
      const { db, clock } = stage.parts
      const { body: unused } = await registrar.register({ redirect_uris: [CURSOR] })
      const operators = await stage.createClient({ redirect_uris: ['https://app.example.com/cb'] })
      const all = async () => {
        const rows: { clientId: string }[] = await db('clients').select('clientId')
        return rows.map(({ clientId }) => clientId)
      }
      await purgeUnusedClients(db, clock())
      expect(await all()).to.include(unused.client_id)
      await purgeUnusedClients(db, clock() + UNUSED_AFTER_MS + 60_000)
      expect(await all()).not.to.include(unused.client_id)
      expect(await all()).to.include.members([operators.client_id, config.clientMetadata().client_id])
    })
  })
}
