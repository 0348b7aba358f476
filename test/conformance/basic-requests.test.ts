import { expect } from 'chai'
import { setTimeout as pause } from 'node:timers/promises'
import { formsOf } from '../support/visitor.ts'
import { CALLBACK, openSuite, play, userinfo } from './suite.ts'
import type { Played, Suite } from './suite.ts'

let suite: Suite

describe('authorization requests [C-basic][C-form-post]', function () {
  before(async () => {
    suite = await openSuite()
  })
  after(() => suite.stop())

  describe('of the Basic plan', () => requests('oidcc-basic-certification-test-plan', false))
  describe('of the Form Post plan', () => requests('oidcc-formpost-basic-certification-test-plan', true))
})

function requests(plan: string, formPost: boolean) {
  let app: Played
  beforeEach(() => {
    app = play(suite, suite.configuration(plan).client, { formPost })
  })

  it('oidcc-response-type-missing: invalid_request to the app, with its state', async () => {
    const returned = await app.ask({ response_type: undefined, state: 'a state' })
    expect(returned['error']).to.be.oneOf(['invalid_request', 'unsupported_response_type'])
    expect(returned).to.include({ state: 'a state', iss: suite.issuer })
  })

  const SUCCEED: [string, Record<string, string>][] = [
    ['oidcc-display-page', { display: 'page' }],
    ['oidcc-display-popup', { display: 'popup' }],
    ['oidcc-ensure-request-with-unknown-parameter-succeeds', { extra: 'foobar' }],
    ['oidcc-login-hint', { login_hint: 'conformance@example.org' }],
    ['oidcc-ui-locales', { ui_locales: 'se' }],
    ['oidcc-claims-locales', { claims_locales: 'se' }],
  ]
  for (const [name, given] of SUCCEED)
    it(`${name}: succeeds`, async () => {
      const { tokens, idToken } = await app.flow(given)
      expect((await userinfo(suite, tokens.access_token)).json()).to.include({ sub: idToken.sub })
    })

  it('oidcc-ensure-request-with-acr-values-succeeds: with all values on offer, and one of them in the ID token', async () => {
    const offered = suite.metadata['acr_values_supported'] as string[]
    expect(offered).to.be.an('array').and.not.to.have.length(0)
    const { idToken } = await app.flow({ acr_values: offered.join(' ') })
    expect(offered).to.include(idToken['acr'])
    expect((await app.flow({ acr_values: [...offered].reverse().join(' ') })).idToken).to.have.property('acr')
  })

  it('oidcc-prompt-login: the sign-in page a second time, and a later auth_time', async () => {
    const first = await app.flow({ max_age: '10000' })
    await pause(1100)
    const page = await app.visitor.get(app.request({ prompt: 'login' }).path)
    expect(page.text).to.match(/action="[^"]*\/sign-in/)
    const second = await app.flow({ prompt: 'login', max_age: '10000' })
    expect(second.idToken.sub).to.equal(first.idToken.sub)
    expect(Number(second.idToken['auth_time'])).to.be.above(Number(first.idToken['auth_time']))
  })

  it('oidcc-prompt-none-not-logged-in: an error that says that a page would be needed', async () => {
    const returned = await app.ask({ prompt: 'none' })
    expect(returned['error']).to.be.oneOf([
      'login_required',
      'interaction_required',
      'account_selection_required',
      'consent_required',
    ])
    expect(returned).to.include({ iss: suite.issuer }).and.to.have.property('state')
  })

  it('oidcc-prompt-none-logged-in: the same person and the same auth_time, without a page', async () => {
    const first = await app.flow({ max_age: '10000' })
    const nonce = 'second'
    const { code = '' } = await app.ask({ prompt: 'none', max_age: '10000', nonce })
    const { id_token } = (await app.redeem(code)).json() as { id_token: string }
    const second = await suite.verify(id_token, app.client.client_id, nonce)
    expect(second).to.include({ sub: first.idToken.sub, auth_time: first.idToken['auth_time'] })
  })

  it('oidcc-max-age-1: the sign-in page again after two seconds, and a recent auth_time', async () => {
    const first = await app.flow()
    await pause(2000)
    const page = await app.visitor.get(app.request({ max_age: '1' }).path)
    expect(page.text).to.match(/action="[^"]*\/sign-in/)
    const { idToken } = await app.flow({ max_age: '1' })
    const now = Date.now() / 1000
    expect(Number(idToken['auth_time'])).to.be.within(now - 10, now + 1)
    expect(idToken.sub).to.equal(first.idToken.sub)
  })

  it('oidcc-max-age-10000: no second sign-in, and the auth_time of the first', async () => {
    const first = await app.flow({ max_age: '10000' })
    const { code = '' } = await app.ask({ max_age: '10000', nonce: 'n' })
    const { id_token } = (await app.redeem(code)).json() as { id_token: string }
    const second = await suite.verify(id_token, app.client.client_id, 'n')
    expect(second['auth_time']).to.be.a('number').and.to.equal(first.idToken['auth_time'])
  })

  it('oidcc-id-token-hint: with prompt=none succeeds at once, for the same person', async () => {
    const first = await app.flow()
    const hint = { prompt: 'none', id_token_hint: first.tokens.id_token, nonce: 'n' }
    const { code = '' } = await app.ask(hint)
    const { id_token } = (await app.redeem(code)).json() as { id_token: string }
    expect((await suite.verify(id_token, app.client.client_id, 'n')).sub).to.equal(first.idToken.sub)
  })

  it('oidcc-ensure-registered-redirect-uri: an error page, and no redirect', async () => {
    const page = await app.visitor.get(app.request({ redirect_uri: `${CALLBACK}/unregistered` }).path)
    expect(page.status).to.equal(400)
    expect(page.headers.get('location')).to.equal(null)
    expect(page.text).to.match(/<h1/)
    expect(formsOf(page.text).filter(({ action }) => action.includes('unregistered'))).to.eql([])
  })

  it('oidcc-ensure-post-request-succeeds: the request in the body of a POST', async () => {
    const { form, nonce } = app.request()
    // The suite's page posts it: from another site, so without our cookies where they are Lax.
    const posted = await app.visitor.post('/oauth/authorize', form, {
      follow: false,
      headers: { origin: 'https://www.certification.openid.net', 'sec-fetch-site': 'cross-site' },
    })
    expect(posted.status).to.equal(303)
    const { code = '' } = await app.arrive(await app.visitor.get(String(posted.headers.get('location'))))
    const answer = await app.redeem(code)
    expect(answer.status, answer.text).to.equal(200)
    const { id_token } = answer.json() as { id_token: string }
    await suite.verify(id_token, app.client.client_id, nonce)
  })

  it('oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported, oidcc-ensure-request-object-with-redirect-uri: not on offer and refused [C-dynamic/oidcc-ensure-request-object-with-redirect-uri]', async () => {
    expect(suite.metadata['request_object_signing_alg_values_supported']).to.not.include('none')
    const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
    const { form } = app.request()
    const request = `${encode({ alg: 'none' })}.${encode(form)}.`
    const returned = await app.ask({ request })
    expect(returned['error']).to.be.oneOf(['request_not_supported', 'invalid_request_object'])
  })

  it('oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported: request_uri_not_supported', async () => {
    expect(suite.metadata).to.include({ request_uri_parameter_supported: false })
    const request_uri = `${CALLBACK.replace('callback', 'requesturi/x')}#hash`
    expect(await app.ask({ request_uri })).to.include({ error: 'request_uri_not_supported' })
  })
}
