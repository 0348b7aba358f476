import { expect } from 'chai'
import type { BrowserContext, Page } from 'playwright-core'
import { browserOverrides } from '../../seeds/conformance-browser.ts'
import { openBrowser } from '../support/browser.ts'
import { CALLBACK, openSuite, play } from './suite.ts'
import type { Played, Suite } from './suite.ts'

type Command = [verb: string, by: string, selector: string, ...rest: unknown[]]
type Task = { task: string; match: string; commands?: Command[] }
type Entry = { match: string; tasks: Task[] }

describe('what the suite’s browser is told to do', function () {
  this.timeout(40_000)
  let suite: Suite
  let app: Played
  let context: BrowserContext
  let page: Page
  let callbacks: string[] = []
  before(async () => {
    suite = await openSuite()
    app = play(suite, suite.configuration('oidcc-basic-certification-test-plan').client)
    ;({ context } = await openBrowser())
    // The suite is not there: what counts is that the browser is sent to it.
    context.on('request', (request) => {
      if (request.url().startsWith(CALLBACK)) callbacks.push(request.url())
    })
  })
  after(async () => {
    await context.close()
    await suite.stop()
  })

  function ignoreTheSuite(error: unknown): void {
    if (callbacks.length === 0) throw error
  }

  const fits = (pattern: string, address: string) =>
    new RegExp(`^${pattern.replaceAll(/[.?+^$(){}|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`).test(address)

  /** Does the tasks of the entry that fits the address, one after the other, as the suite does. */
  async function follow(entries: Entry[], address: string): Promise<void> {
    callbacks = []
    page = await context.newPage()
    await page.goto(address).catch(ignoreTheSuite)
    const entry = entries.find(({ match }) => fits(match, address))
    if (!entry) throw new Error(`nothing fits ${address}`)
    for (const { match, commands = [] } of entry.tasks)
      if (fits(match, page.url())) for (const command of commands) await run(command)
  }

  async function run([verb, by, selector, ...rest]: Command): Promise<void> {
    const found = page.locator(by === 'id' ? `#${selector}` : by === 'xpath' ? `xpath=${selector}` : selector)
    if (verb === 'wait') {
      const words = typeof rest[1] === 'string' ? found.filter({ hasText: new RegExp(rest[1]) }) : found
      return words.first().waitFor({ state: 'attached' })
    }
    // The last word makes a command one that may find nothing.
    if (rest.at(-1) === 'optional' && (await found.count()) === 0) return
    if (verb === 'text') return found.fill(String(rest[0]))
    // The suite's browser goes on when the next page is there.
    await Promise.all([page.waitForEvent('framenavigated'), found.click()])
    await page.waitForLoadState()
  }

  const tasks = () => suite.seeded.plans[0]?.configuration['browser'] as Entry[]
  const overrides = () =>
    browserOverrides(suite.issuer, 'account-server', suite.account) as Record<string, { browser: Entry[] }>
  const at = (path: string) => `${suite.issuer}${path}`

  it('signs in, allows, and ends at the suite; later goes straight through', async () => {
    await follow(tasks(), at(app.request({ prompt: 'consent' }).path))
    expect(callbacks.join()).to.contain(`${CALLBACK}?code=`)
    await follow(tasks(), at(app.request().path))
    expect(callbacks.join()).to.contain(`${CALLBACK}?code=`)
  })

  it('photographs the second sign-in, and signs in again', async () => {
    const { browser } = overrides()['oidcc-prompt-login'] ?? { browser: [] }
    await follow(browser, at(app.request({ prompt: 'login' }).path))
    expect(callbacks.join()).to.contain(`${CALLBACK}?code=`)
  })

  it('finds the error page where a redirect is not registered', async () => {
    const { browser } = overrides()['oidcc-ensure-registered-redirect-uri'] ?? { browser: [] }
    await follow(browser, at(app.request({ redirect_uri: `${CALLBACK}/other` }).path))
    expect(new URL(page.url()).origin).to.equal(suite.issuer)
  })

  it('signs out', async () => {
    await follow(tasks(), at('/oauth/logout'))
    expect(await page.locator('h1').textContent()).to.match(/signed out/i)
  })
})
