import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { signIn } from '../../src/accounts/journeys/sign-in.ts'
import { createCaller } from '../api/caller.ts'
import { anyAddress, openStage } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { openBrowser } from '../support/browser.ts'
import type { OpenBrowser } from '../support/browser.ts'
import { codeIn } from '../support/letter.ts'

const [FIRST, NEXT] = ['seven purple kettles', 'eight yellow saucers']

/** What an organisation has in place of our pages. Its own server gives the page a token of its client. */
const PAGE = `<!doctype html>
<html lang="en"><title>Example Inc.</title>
<form>
<label>Password <input name="password" type="password"></label>
<label>Code <input name="code"></label>
<button>Send</button>
</form>
<p role="status"></p>
<script type="module">
const token = new URLSearchParams(location.search).get('t')
const { issuer, bearer } = await (await fetch('/config.json')).json()
const form = document.querySelector('form')
form.addEventListener('submit', async (event) => {
  event.preventDefault()
  const { password, code } = Object.fromEntries(new FormData(form))
  const [path, body] =
    location.pathname === '/activate'
      ? ['registrations/verify', { token, password }]
      : ['password-resets/complete', { token, code, new_password: password }]
  const answer = await fetch(issuer + '/api/v1/' + path, {
    method: 'POST',
    headers: { authorization: 'Bearer ' + bearer, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const text = await answer.text()
  document.querySelector('[role=status]').textContent = answer.status + ' ' + text
})
</script></html>`

async function startPages() {
  const config = { issuer: '', bearer: '' }
  const server = createServer((request, response) => {
    const isConfig = request.url === '/config.json'
    response.setHeader('content-type', isConfig ? 'application/json' : 'text/html; charset=utf-8')
    response.end(isConfig ? JSON.stringify(config) : PAGE)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    config,
    stop: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

describe('activation and reset on pages of an organisation, at another origin', () => {
  let browser: OpenBrowser
  before(async () => {
    browser = await openBrowser()
  })
  after(() => browser.context.close())

  async function finish(page: Page, link: string, fields: Record<string, string>): Promise<string> {
    await page.goto(link)
    for (const [label, value] of Object.entries(fields)) await page.getByLabel(label).fill(value)
    await page.getByRole('button', { name: 'Send' }).click()
    const status = page.getByRole('status')
    await status.filter({ hasText: /\d/ }).waitFor()
    return status.innerText()
  }

  // The setting takes four marks for the token, which test/settings/page-addresses.test.ts reads.
  it('finish over the API, with %s in the settings of the links [A02]', async () => {
    const pages = await startPages()
    const linkTo = (page: string) => `${pages.origin}/${page}?t=%s`
    const env = {
      ACCOUNT_SERVER_WORKER_ACCOUNT_ACTIVATE_WEBURL_F: linkTo('activate'),
      ACCOUNT_SERVER_WORKER_ACCOUNT_RESET_WEBURL_F: linkTo('reset'),
    }
    const stage = await openStage({ store: 'sqlite', env })
    try {
      await walk(stage, pages)
    } finally {
      await stage.stop()
      pages.stop()
    }
  })

  async function walk(stage: Stage, { origin, config }: Awaited<ReturnType<typeof startPages>>) {
    const api = await createCaller(stage, ['accounts:register'], { cors_origins: [origin] })
    const token = await api.ownToken()
    Object.assign(config, { issuer: stage.issuer, bearer: token })
    const email = 'ann@example.org'
    const linkIn = ({ text }: { text: string }) => new RegExp(`${origin}/\\S+`).exec(text)![0]
    const post = (path: string, body: object) => api.call('POST', path, { token, body })

    expect((await post('/registrations', { email, password: FIRST })).status).to.equal(202)
    const activation = linkIn(await stage.waitForMail(email, /^Activate/))
    expect(await finish(browser.page, activation, { Password: 'guess' })).to.match(/^422 .*password_wrong/)
    const confirmed = await finish(browser.page, activation, { Password: FIRST })
    expect(confirmed).to.match(/^200 .*"email_verified":true/)

    expect((await post('/password-resets', { email })).status).to.equal(202)
    const mail = await stage.waitForMail(email, /^Reset/)
    const done = await finish(browser.page, linkIn(mail), { Password: NEXT, Code: codeIn(mail) })
    expect(done.trim()).to.equal('204')
    const signedIn = await signIn(stage.parts, { email, password: NEXT, ip: anyAddress() })
    expect(signedIn).to.include({ ok: true })
    expect(browser.complaints).to.eql([])
  }
})
