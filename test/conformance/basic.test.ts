import { expect } from 'chai'
import { decodeProtectedHeader } from 'jose'
import { challengeOf, VERIFIER } from '../oidc/protocol/relying-party.ts'
import { openSuite, play, userinfo } from './suite.ts'
import type { Played, Suite } from './suite.ts'

const PLAN = 'oidcc-basic-certification-test-plan'

describe('the Basic plan', function () {
  this.timeout(40_000)
  let suite: Suite
  let app: Played
  before(async () => {
    suite = await openSuite()
  })
  after(() => suite.stop())
  beforeEach(() => {
    app = play(suite, suite.configuration(PLAN).client)
  })

  it('oidcc-server: code, tokens and userinfo, with neither PKCE nor anything else that is optional', async () => {
    const { tokens, idToken } = await app.flow()
    expect(tokens.expires_in).to.be.above(0)
    const answer = await userinfo(suite, tokens.access_token)
    expect(answer.status).to.equal(200)
    expect(answer.json()).to.include({ sub: idToken.sub })
  })

  it('oidcc-idtoken-signature: RS256 by a published key that the header names', async () => {
    const { tokens } = await app.flow()
    expect(decodeProtectedHeader(tokens.id_token)).to.include({ alg: 'RS256' }).and.to.have.property('kid')
  })

  it('oidcc-idtoken-unsigned: not on offer, so the module is skipped', () => {
    expect(suite.metadata['id_token_signing_alg_values_supported'])
      .to.include('RS256')
      .and.not.to.include('none')
  })

  it('oidcc-server-client-secret-post: the client that is registered for it', async () => {
    const { client_secret_post: client } = suite.configuration(PLAN)
    const posting = play(suite, { ...client, client_secret: '' })
    const { code = '' } = await posting.authorize()
    const form = { client_id: client.client_id, client_secret: client.client_secret }
    expect((await posting.redeem(code, form)).status).to.equal(200)
  })

  it('oidcc-userinfo-get, oidcc-userinfo-post-header, oidcc-userinfo-post-body: the same claims by each way', async () => {
    const { tokens, idToken } = await app.flow({ scope: 'openid email' })
    const { access_token } = tokens
    const answers = [
      await userinfo(suite, access_token),
      await userinfo(suite, access_token, { method: 'POST' }),
      await suite.send({ to: '/oauth/userinfo', form: { access_token } }),
    ]
    for (const answer of answers) {
      expect(answer.status, answer.text).to.equal(200)
      expect(answer.headers['content-type']).to.match(/^application\/json/)
      expect(answer.json()).to.include({ sub: idToken.sub, email: suite.account.email })
    }
  })

  it('oidcc-ensure-request-without-nonce-succeeds-for-code-flow', async () => {
    expect((await app.flow({ nonce: undefined })).idToken).not.to.have.property('nonce')
  })

  it('oidcc-scope-profile, oidcc-scope-email: each scope opens its claims, in the types of OpenID Connect', async () => {
    const { tokens } = await app.flow({ scope: 'openid profile' })
    const profile = (await userinfo(suite, tokens.access_token)).json()
    expect(profile).to.include({ name: suite.account.name }).and.not.to.have.property('email')
    expect(profile['updated_at']).to.be.a('number')
    const mail = await app.flow({ scope: 'openid email' })
    const email = (await userinfo(suite, mail.tokens.access_token)).json()
    expect(email).to.include({ email: suite.account.email, email_verified: true })
    expect(email).not.to.have.property('name')
  })

  it('oidcc-scope-address, oidcc-scope-phone, oidcc-scope-all: not on offer, so they are skipped; asked for, they are ignored', async () => {
    expect(suite.metadata['scopes_supported'])
      .to.include.members(['openid', 'profile', 'email', 'offline_access'])
      .and.not.include.members(['address', 'phone'])
    const { tokens } = await app.flow({ scope: 'openid profile email address phone' })
    expect((await userinfo(suite, tokens.access_token)).json()).to.include.keys('sub', 'name', 'email')
    expect(tokens.scope.split(' ')).to.have.members(['openid', 'profile', 'email'])
  })

  it('oidcc-ensure-other-scope-order-succeeds', async () => {
    const { tokens } = await app.flow({ scope: 'email openid' })
    expect((await userinfo(suite, tokens.access_token)).json()).to.include({ email: suite.account.email })
  })

  it('oidcc-claims-essential: name without the scope profile, in userinfo and not in the ID token', async () => {
    const claims = JSON.stringify({ userinfo: { name: { essential: true } } })
    const { tokens, idToken } = await app.flow({ claims })
    expect(idToken).not.to.have.property('name')
    expect((await userinfo(suite, tokens.access_token)).json()).to.include({ name: suite.account.name })
  })

  it('oidcc-codereuse, oidcc-codereuse-30seconds: invalid_grant, and the access token is dead', async () => {
    const { code, tokens } = await app.flow()
    const again = await app.redeem(code)
    expect([again.status, again.json()['error']]).to.eql([400, 'invalid_grant'])
    expect((await userinfo(suite, tokens.access_token)).status).to.equal(401)
  })

  it('oidcc-refresh-token: an ID token of the same person, and nothing for another client', async () => {
    const second = play(suite, suite.configuration(PLAN).client2)
    const asked = { scope: 'openid offline_access', prompt: 'consent' }
    const [mine, other] = [await app.flow(asked), await second.flow(asked)]
    const refresh = { grant_type: 'refresh_token', refresh_token: mine.tokens.refresh_token }
    const answer = await app.token(refresh)
    expect(answer.status, answer.text).to.equal(200)
    const fresh = answer.json() as typeof mine.tokens
    const idToken = await suite.verify(fresh.id_token, app.client.client_id, mine.idToken['nonce'] as string)
    expect(idToken.sub).to.equal(mine.idToken.sub)
    expect((await userinfo(suite, fresh.access_token)).status).to.equal(200)
    const stolen = await app.token({ ...refresh, refresh_token: other.tokens.refresh_token })
    expect([stolen.status, stolen.json()['error']]).to.eql([400, 'invalid_grant'])
  })

  it('oidcc-ensure-request-with-valid-pkce-succeeds: a challenge that was sent has to be met', async () => {
    const challenge = { code_challenge: challengeOf(VERIFIER), code_challenge_method: 'S256' }
    const { code = '' } = await app.authorize(challenge)
    expect((await app.redeem(code, { code_verifier: VERIFIER })).status).to.equal(200)
    const { code: other = '' } = await app.authorize(challenge)
    expect((await app.redeem(other)).json()).to.include({ error: 'invalid_grant' })
  })

  it('lets confidential clients go without PKCE, and no public one', async () => {
    const anyone = await suite.createClient({
      token_endpoint_auth_method: 'none',
      redirect_uris: ['https://app.example.com/callback'],
    })
    const asked = play(suite, { client_id: anyone.client_id, scope: 'openid' })
    const refused = await asked.ask({ redirect_uri: 'https://app.example.com/callback' })
    expect(refused).to.include({ error: 'invalid_request' })
  })
})
