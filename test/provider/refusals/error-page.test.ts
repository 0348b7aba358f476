import { expect } from 'chai'
import { openBrowser } from '../../support/browser.ts'
import { register } from '../relying-party.ts'
import type { Party } from '../relying-party.ts'
import { send } from '../send.ts'
import { openStage, sqliteStage } from '../stage.ts'
import type { Stage } from '../stage.ts'

const REGISTERED = 'https://app.example.com/callback'
const SENT = 'https://app.example.com/callback/'

describe('The page of a request that an app got wrong', () => {
  let stage: Stage
  let app: Party

  before(async () => {
    stage = await sqliteStage()
    app = await register(stage, { redirect_uris: [REGISTERED] })
  })

  it('has plain words first; in development it also shows what came and what is registered, without scripts', async () => {
    const { context, page } = await openBrowser({ javaScript: false })
    await page.goto(stage.issuer + app.authorizePath({ redirect_uri: SENT }))
    expect(await page.locator('h1').innerText()).to.equal('We can’t send you back to this app')
    const folded = page.getByText(REGISTERED, { exact: true })
    expect(await folded.isVisible(), 'folded away').to.equal(false)
    await page.getByText('For the developer of the app').click()
    expect(await folded.isVisible()).to.equal(true)
    const shown = await page.locator('details').innerText()
    expect(shown).to.contain('invalid_redirect_uri').and.contain(SENT)
    const text = await page.locator('main').innerText()
    expect(text.indexOf('return address')).to.be.lessThan(text.indexOf(SENT))
    await context.close()
  })

  it('names the reason for other mistakes too, and escapes what came', async () => {
    const visitor = stage.visitor()
    const path = app.authorizePath({ client_id: 'nobody<b>', redirect_uri: undefined })
    const page = await visitor.get(path)
    expect(page.heading).to.equal('We don’t know this app')
    expect(page.text).to.contain('<details>').and.not.contain('<b>')
    const signedOut = await visitor.get(
      `/oauth/logout?client_id=${app.clientId}&post_logout_redirect_uri=https://else.example/`,
    )
    expect(signedOut.heading).to.equal('The app made a mistake in its request')
    expect(signedOut.text).to.contain('https://else.example/').and.contain('Sign out here')
  })

  it('shows no such details for an error that is no fault of an app', async () => {
    const page = await stage.visitor().get('/nothing-here')
    expect(page.status).to.equal(404)
    expect(page.text).not.to.contain('<details>')
  })
})

describe('The same page in production', () => {
  let stage: Stage
  let app: Party

  before(async () => {
    const env = {
      ACCOUNT_SERVER_ISSUER: 'https://accounts.example.com',
      ACCOUNT_SERVER_WORKER_SMTP_SERVER_URL: 'smtp://127.0.0.1:9',
    }
    stage = await openStage({ store: 'sqlite', env })
    app = await register(stage, { redirect_uris: [REGISTERED] })
  })
  after(() => stage?.stop())

  it('has plain words and an id; the log has the rest under this id', async () => {
    const { port } = stage.processes[0]!
    for (const to of [
      app.authorizePath({ redirect_uri: SENT }),
      app.authorizePath({ client_id: 'nobody' }),
      app.authorizePath({ prompt: 'login '.repeat(90), redirect_uri: undefined }),
    ]) {
      const { status, text } = await send(`http://127.0.0.1:${port}`, {
        to,
        headers: { accept: 'text/html' },
      })
      expect(status, to).to.equal(400)
      // The choice of a language leads back to this address.
      const page = text.replace(/<div class="languages">[^]*?<\/div>/, '')
      expect(page, to).not.to.match(
        /<details|app\.example\.com|redirect_uri|client_id|invalid_|nobody|prompt/,
      )
      const [, id = ''] = /<code[^>]*>([\w-]{9})<\/code>/.exec(text) ?? []
      expect(stage.log(), to).to.contain(`"errorId":"${id}"`)
    }
    expect(stage.log()).to.contain(SENT)
  })
})
