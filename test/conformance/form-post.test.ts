import { expect } from 'chai'
import { createVisitor, formsOf } from '../support/visitor.ts'
import type { Visited } from '../support/visitor.ts'
import { CALLBACK, openSuite, play, userinfo } from './suite.ts'
import type { Played, Suite } from './suite.ts'

const PLAN = 'oidcc-formpost-basic-certification-test-plan'

describe('the Form Post plan', function () {
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

  /** Walks the pages to the one that posts itself to the app, and answers what it posts. */
  async function posted(given: Record<string, string | undefined>): Promise<Record<string, string>> {
    const { email, password } = suite.account
    let page = await app.visitor.get(app.request({ response_mode: 'form_post', ...given }).path)
    for (let step = 0; step < 4 && !postsTo(page); step += 1) {
      const isSignIn = /action="[^"]*\/sign-in/.test(page.text)
      const fields: Record<string, string> = isSignIn ? { email, password } : { decision: 'allow' }
      page = await app.visitor.followForm(page, fields, { action: isSignIn ? '/sign-in' : '/consent' })
    }
    expect(page.headers.get('location')).to.equal(null)
    expect(page.headers.get('content-type')).to.match(/^text\/html/)
    expect(page.headers.get('cache-control')).to.contain('no-store')
    const form = postsTo(page)
    if (!form) throw new Error(page.text)
    expect(page.text).to.match(/<form[^>]+method="post"/i)
    return form.hidden
  }

  const postsTo = (page: Visited) => formsOf(page.text).find(({ action }) => action.startsWith(CALLBACK))

  it('oidcc-server: code, state and issuer in the body of a POST, nothing in the address', async () => {
    const form = await posted({ state: 'the state', nonce: 'n' })
    expect(form).to.include({ state: 'the state', iss: suite.issuer }).and.have.property('code')
    const answer = await app.redeem(form['code'] ?? '')
    expect(answer.status, answer.text).to.equal(200)
    const { id_token, access_token } = answer.json() as { id_token: string; access_token: string }
    const { sub } = await suite.verify(id_token, app.client.client_id, 'n')
    expect((await userinfo(suite, access_token)).json()).to.include({ sub })
  })

  it('oidcc-prompt-none-not-logged-in: errors are posted as well', async () => {
    const form = await posted({ prompt: 'none', state: 'the state' })
    expect(form).to.include({ error: 'login_required', state: 'the state', iss: suite.issuer })
  })

  it('oidcc-prompt-none-logged-in, oidcc-id-token-hint, oidcc-max-age-10000: without a page in between', async () => {
    const first = await app.redeem((await posted({}))['code'] ?? '')
    const { id_token } = first.json() as { id_token: string }
    for (const given of [
      { prompt: 'none' },
      { prompt: 'none', id_token_hint: id_token },
      { max_age: '10000' },
    ])
      expect(await posted(given)).to.have.property('code')
  })

  it('oidcc-response-type-missing: an error that reaches the app', async () => {
    const request = app.request({ response_mode: 'form_post', response_type: undefined, state: 's' })
    const page = await app.visitor.get(request.path)
    const form = postsTo(page)?.hidden ?? Object.fromEntries(locationOf(page).searchParams)
    expect(form['error']).to.be.oneOf(['invalid_request', 'unsupported_response_type'])
  })

  it('oidcc-ensure-registered-redirect-uri: an error page that posts nothing anywhere', async () => {
    const elsewhere = `${CALLBACK}/unregistered`
    const page = await createVisitor(suite.issuer).get(
      app.request({ response_mode: 'form_post', redirect_uri: elsewhere }).path,
    )
    expect(page.status).to.equal(400)
    expect(formsOf(page.text).filter(({ action }) => action.includes('unregistered'))).to.eql([])
  })

  it('escapes what comes back in the form', async () => {
    const state = '"><script>alert(1)</script>'
    const page = await app.visitor.get(
      app.request({ response_mode: 'form_post', prompt: 'none', state }).path,
    )
    expect(page.text).not.to.contain('<script>alert(1)')
    expect(postsTo(page)?.hidden).to.include({ state })
  })
})

function locationOf({ headers }: Visited): URL {
  return new URL(headers.get('location') ?? 'about:blank')
}
