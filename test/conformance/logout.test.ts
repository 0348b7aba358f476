import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import type { Visited } from '../support/visitor.ts'
import { until } from '../provider/stage.ts'
import { openSuite, play } from './suite.ts'
import type { Played, Section, Suite } from './suite.ts'

const PLAN = 'oidcc-rp-initiated-logout-certification-test-plan'
const AFTER = 'https://www.certification.openid.net/test/a/account-server/post_logout_redirect'

describe('the logout plans [C-rp-initiated-logout][C-back-channel-logout]', function () {
  let suite: Suite
  let app: Played
  let idToken: string
  before(async () => {
    suite = await openSuite()
  })
  after(() => suite.stop())
  beforeEach(async () => {
    app = play(suite, suite.configuration(PLAN).client)
    idToken = (await app.flow()).tokens.id_token
  })

  /** Opens the endpoint and presses "Sign out" where it is asked for. */
  async function signOut(given: Record<string, string>): Promise<Visited> {
    const page = await app.visitor.get(`/oauth/logout?${new URLSearchParams(given)}`)
    if (!/name="logout"/.test(page.text)) return page
    return app.visitor.followForm(page, { logout: 'yes' })
  }

  const sentTo = ({ headers }: Visited) => headers.get('location')

  /** As the second authorization of each module: prompt=none has to say that somebody must sign in. */
  async function isSignedOut(): Promise<boolean> {
    return (await app.ask({ prompt: 'none' }))['error'] === 'login_required'
  }

  it('oidcc-rp-initiated-logout-discovery-endpoint-verification, oidcc-backchannel-logout-discovery-endpoint-verification', () => {
    expect(suite.metadata).to.include({
      end_session_endpoint: `${suite.issuer}/oauth/logout`,
      backchannel_logout_supported: true,
      backchannel_logout_session_supported: true,
    })
  })

  it('oidcc-rp-initiated-logout: back at the app with a long state untouched, and signed out', async () => {
    const state = 's'.repeat(128)
    const hint = { id_token_hint: idToken, post_logout_redirect_uri: AFTER, state }
    expect(sentTo(await signOut(hint))).to.equal(`${AFTER}?state=${state}`)
    expect(await isSignedOut()).to.equal(true)
  })

  it('oidcc-rp-initiated-logout-no-state: back at the app without one', async () => {
    const hint = { id_token_hint: idToken, post_logout_redirect_uri: AFTER }
    expect(sentTo(await signOut(hint))).to.equal(AFTER)
    expect(await isSignedOut()).to.equal(true)
  })

  const NOWHERE: [string, () => Record<string, string>][] = [
    ['oidcc-rp-initiated-logout-no-params', () => ({})],
    ['oidcc-rp-initiated-logout-only-state', () => ({ state: 'a state' })],
    ['oidcc-rp-initiated-logout-no-post-logout-redirect-uri', () => ({ id_token_hint: idToken })],
  ]
  for (const [name, given] of NOWHERE)
    it(`${name}: a page of ours that says it is done, and signed out`, async () => {
      const page = await signOut(given())
      expect([page.status, sentTo(page)]).to.eql([200, null])
      expect(page.url.origin).to.equal(suite.issuer)
      expect(await isSignedOut()).to.equal(true)
    })

  const REFUSED: [string, () => Record<string, string>][] = [
    [
      'oidcc-rp-initiated-logout-bad-post-logout-redirect-uri',
      () => ({ id_token_hint: idToken, post_logout_redirect_uri: `${AFTER}/other` }),
    ],
    [
      'oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri',
      () => ({ id_token_hint: idToken, post_logout_redirect_uri: `${AFTER}?foo=bar` }),
    ],
    [
      'oidcc-rp-initiated-logout-modified-id-token-hint',
      () => ({ id_token_hint: modified(idToken), post_logout_redirect_uri: AFTER }),
    ],
    [
      'oidcc-rp-initiated-logout-bad-id-token-hint',
      () => ({ id_token_hint: 'not a token', post_logout_redirect_uri: AFTER }),
    ],
    ['oidcc-rp-initiated-logout-no-id-token-hint', () => ({ post_logout_redirect_uri: AFTER, state: 's' })],
  ]
  for (const [name, given] of REFUSED)
    it(`${name}: no way to that address`, async () => {
      const page = await signOut(given())
      expect(sentTo(page)).to.equal(null)
      expect(page.url.origin).to.equal(suite.issuer)
    })

  function modified(token: string): string {
    const [header, payload, signature = ''] = token.split('.')
    return `${header}.${payload}.${signature.slice(0, -8)}AAAAAAAA`
  }

  describe('of back channels', () => {
    let listener: Server
    const tokens: string[] = []
    before(async () => {
      listener = createServer((request, response) => {
        let body = ''
        request.on('data', (chunk: Buffer) => (body += chunk.toString()))
        request.on('end', () => {
          const { logout_token: token = '', ...more } = Object.fromEntries(new URLSearchParams(body))
          expect(more).to.eql({})
          tokens.push(token)
          response.end()
        })
      }).listen(0, '127.0.0.1')
      await once(listener, 'listening')
    })
    after(() => void listener.close())

    it('oidcc-backchannel-rp-initiated-logout: a logout token for the session, then back at the app, and signed out', async () => {
      const { port } = listener.address() as AddressInfo
      const client = await suite.createClient({
        redirect_uris: [app.request().form['redirect_uri'] ?? ''],
        post_logout_redirect_uris: [AFTER],
        require_pkce: false,
        backchannel_logout_uri: `http://127.0.0.1:${port}/backchannel_logout`,
        backchannel_logout_session_required: true,
      })
      app = play(suite, { ...client, scope: 'openid' } as Section)
      const signedIn = await app.flow()
      const hint = { id_token_hint: signedIn.tokens.id_token, post_logout_redirect_uri: AFTER, state: 's' }
      expect(sentTo(await signOut(hint))).to.equal(`${AFTER}?state=s`)
      await until(() => tokens.length > 0, 'the logout token came')
      const keys = createRemoteJWKSet(new URL(`${suite.issuer}/oauth/jwks`))
      const { payload } = await jwtVerify(tokens[0] ?? '', keys, {
        issuer: suite.issuer,
        audience: client.client_id,
      })
      expect(payload).to.include({ sid: signedIn.idToken['sid'], sub: signedIn.idToken.sub })
      expect(payload['events']).to.eql({ 'http://schemas.openid.net/event/backchannel-logout': {} })
      expect(payload).to.include.keys('jti', 'iat', 'exp').and.not.have.property('nonce')
      expect(await isSignedOut()).to.equal(true)
    })
  })
})
