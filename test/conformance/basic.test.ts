import { expect } from 'chai'
import { decodeProtectedHeader } from 'jose'
import { setTimeout as pause } from 'node:timers/promises'
import { challengeOf, VERIFIER } from '../provider/relying-party.ts'
import { movableTime } from '../support/movable-time.ts'
import { openSuite, play, userinfo } from './suite.ts'
import type { Played, Suite } from './suite.ts'

const LATER_MS = 30_000

const PLANS = [
  { name: 'Basic', plan: 'oidcc-basic-certification-test-plan', formPost: false },
  { name: 'Form Post', plan: 'oidcc-formpost-basic-certification-test-plan', formPost: true },
]

describe('tokens and claims as the plans with a code alone ask for them [C-basic][C-form-post]', function () {
  let suite: Suite
  /** What each plan began first, for the module that comes back to it. */
  let began: { app: Played; code: string; accessToken: string }[]
  before(async () => {
    // The modules run before the one that comes back. Its sign-in would be the oldest of too many.
    suite = await openSuite({ ACCOUNT_SERVER_MAX_ACTIVE_SESSIONS: '100' })
    began = []
    for (const { plan, formPost } of PLANS) {
      const app = play(suite, suite.configuration(plan).client, { formPost })
      const { code, tokens } = await app.flow()
      began.push({ app, code, accessToken: tokens.access_token })
    }
  })
  after(() => suite.stop())
  const time = movableTime()

  for (const { name, plan, formPost } of PLANS)
    describe(`of the ${name} plan`, () => {
      let app: Played
      beforeEach(() => {
        app = play(suite, suite.configuration(plan).client, { formPost })
      })

      it('oidcc-server: code, tokens and userinfo, with neither PKCE nor anything else that is optional', async () => {
        const { tokens, idToken, code } = await app.flow()
        expect(code.length).to.be.at.least(22)
        expect(tokens.expires_in).to.be.above(0)
        expect(idToken).not.to.have.property('name')
        const answer = await userinfo(suite, tokens.access_token)
        expect(answer.status).to.equal(200)
        expect(answer.json()).to.include({ sub: idToken.sub })
      })

      it('oidcc-idtoken-signature: RS256 by a published key that the header names', async () => {
        const { tokens } = await app.flow()
        expect(decodeProtectedHeader(tokens.id_token))
          .to.include({ alg: 'RS256' })
          .and.to.have.property('kid')
      })

      it('oidcc-idtoken-unsigned: not on offer, so the module is skipped', () => {
        expect(suite.metadata['id_token_signing_alg_values_supported'])
          .to.include('RS256')
          .and.not.to.include('none')
      })

      it('oidcc-server-client-secret-post: the client that is registered for it', async () => {
        const { client_secret_post: client } = suite.configuration(plan)
        const posting = play(suite, { ...client, client_secret: '' }, { formPost })
        const { code = '' } = await posting.authorize()
        const form = { client_id: client.client_id, client_secret: client.client_secret }
        const answer = await posting.redeem(code, form)
        expect(answer.status).to.equal(200)
        const { access_token } = answer.json() as { access_token: string }
        expect((await userinfo(suite, access_token)).status).to.equal(200)
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
          expect(answer.headers['content-type'], answer.text).to.match(/^application\/json/)
          expect(answer.json(), answer.text).to.include({ sub: idToken.sub, email: suite.account.email })
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

      it('oidcc-alternate-happy-flow: scopes and parameters in another order', async () => {
        const { tokens } = await app.flow({ scope: 'email openid' })
        expect((await userinfo(suite, tokens.access_token)).json()).to.include({ email: suite.account.email })
        const { path } = app.request({ scope: 'email openid' })
        const [address = '', query] = path.split('?')
        const reordered = new URLSearchParams([...new URLSearchParams(query)].toReversed())
        const answer = await app.visitor.get(`${address}?${reordered}`)
        expect(`${answer.headers.get('location')}${answer.text}`)
          .to.match(/code/)
          .and.not.match(/error/)
      })

      it('oidcc-claims-essential: name without the scope profile, in userinfo and not in the ID token', async () => {
        const claims = JSON.stringify({ userinfo: { name: { essential: true } } })
        const { tokens, idToken } = await app.flow({ claims })
        expect(idToken).not.to.have.property('name')
        expect((await userinfo(suite, tokens.access_token)).json()).to.include({ name: suite.account.name })
      })

      it('oidcc-codereuse: invalid_grant at once', async () => {
        const { code } = await app.flow()
        const again = await app.redeem(code)
        expect([again.status, again.json()['error']]).to.eql([400, 'invalid_grant'])
      })

      it('oidcc-refresh-token: for two clients, each an ID token of the same sign-in, and nothing for the other one', async () => {
        const second = play(suite, suite.configuration(plan).client2, { formPost })
        const scope = 'openid offline_access'
        const asked = { scope, prompt: 'consent' }
        const signIns = [
          { rp: app, first: await app.flow(asked), form: { scope } },
          { rp: second, first: await second.flow({ ...asked, nonce: 'n'.repeat(43) }), form: {} },
        ]
        await pause(1100)
        for (const { rp, first, form } of signIns) {
          const refresh_token = first.tokens.refresh_token
          const answer = await rp.token({ grant_type: 'refresh_token', refresh_token, ...form })
          expect(answer.status, answer.text).to.equal(200)
          const fresh = answer.json() as typeof first.tokens
          const nonce = first.idToken['nonce'] as string
          const idToken = await suite.verify(fresh.id_token, rp.client.client_id, nonce)
          const { sub, aud, auth_time } = first.idToken
          expect([idToken.sub, idToken.aud, idToken['auth_time']], rp.client.client_id).to.eql([
            sub,
            aud,
            auth_time,
          ])
          expect(idToken.iat, rp.client.client_id).not.to.equal(first.idToken.iat)
          expect((await userinfo(suite, fresh.access_token)).status, rp.client.client_id).to.equal(200)
        }
        const refresh_token = signIns[1]?.first.tokens.refresh_token
        const stolen = await app.token({ grant_type: 'refresh_token', refresh_token, scope })
        expect([stolen.status, stolen.json()['error']]).to.eql([400, 'invalid_grant'])
      })

      it('oidcc-ensure-request-with-valid-pkce-succeeds: a challenge that was sent has to be met', async () => {
        const challenge = { code_challenge: challengeOf(VERIFIER), code_challenge_method: 'S256' }
        const { code = '' } = await app.authorize(challenge)
        expect((await app.redeem(code, { code_verifier: VERIFIER })).status).to.equal(200)
        const { code: other = '' } = await app.authorize(challenge)
        expect((await app.redeem(other)).json()).to.include({ error: 'invalid_grant' })
      })
    })

  describe('later', () => {
    it('oidcc-codereuse-30seconds: invalid_grant half a minute later, and the access token is dead', async () => {
      time.advance(LATER_MS)
      for (const { app, code, accessToken } of began) {
        expect((await userinfo(suite, accessToken)).status, 'until then it lives').to.equal(200)
        const again = await app.redeem(code)
        expect([again.status, again.json()['error']], app.client.client_id).to.eql([400, 'invalid_grant'])
        expect((await userinfo(suite, accessToken)).status, app.client.client_id).to.equal(401)
      }
    })
  })
})
