import { expect } from 'chai'
import { openSuite, play } from './suite.ts'
import type { Suite } from './suite.ts'

const PLAN = 'oidcc-formpost-basic-certification-test-plan'

/** The modules of the plan are those of Basic: basic.test.ts and basic-requests.test.ts play them by form_post as well. */
describe('the page that posts an answer to the app', function () {
  let suite: Suite
  before(async () => {
    suite = await openSuite()
  })
  after(() => suite.stop())

  it('escapes what comes back in the form', async () => {
    const app = play(suite, suite.configuration(PLAN).client, { formPost: true })
    const state = '"><script>alert(1)</script>'
    const page = await app.visitor.get(app.request({ prompt: 'none', state }).path)
    expect(page.text).not.to.contain('<script>alert(1)')
    expect(await app.ask({ prompt: 'none', state })).to.include({ state, error: 'login_required' })
  })
})
