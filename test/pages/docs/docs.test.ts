import axe from 'axe-core'
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { grantRole } from '../../../src/accounts/roles.ts'
import { DOCS_CLIENT_ID } from '../../../src/operations/own-clients/docs-client.ts'
import { heading, press, signInHere, signInToAccount } from '../../journeys/steps.ts'
import { inService } from '../../journeys/world.ts'
import { readDocument } from '../../api/described.ts'
import { send } from '../../provider/send.ts'
import { startServer } from '../../support/running-server.ts'

const OWN = '#operations-Own_account-getOwnAccount'

inService('The page /docs', (world) => {
  it('shows every operation, signs in with PKCE, calls one, and revokes its token [A11]', async () => {
    const person = await world.server.createAccount()
    const { page } = await world.open()
    await openDocs(page)
    const { operations } = await readDocument({ send: (sent) => send(world.server.issuer, sent) })
    expect(await shownIn(page)).to.equal(operations.length)
    await press(page, 'Sign in to try')
    await signInHere(page, person)
    const [granted] = await Promise.all([
      page.waitForResponse((response) => response.url().endsWith('/oauth/token')),
      press(page, 'Allow'),
    ])
    const { access_token: token } = (await granted.json()) as { access_token: string }
    await page.getByText('You are signed in until').waitFor()
    expect(new URL(page.url()).search, 'the code is gone from the address').to.equal('')
    await page.locator(`${OWN} .opblock-summary-control`).click()
    await page.locator(`${OWN} .response`).first().waitFor()
    const described = await page.locator(`${OWN} .responses-table`).innerText()
    for (const word of ['"email_verified": true', '"error_id":', '"code":'])
      expect(described, `${word}, which references and allOf lead to`).to.contain(word)
    await page.locator(`${OWN} .execute`).click()
    const answer = await page
      .locator(`${OWN} .live-responses-table .response-col_description`)
      .last()
      .innerText()
    expect(answer).to.contain(`"email": "${person.email}"`)
    expect(await violations(page), 'axe').to.eql([])
    const call = () =>
      send(world.server.issuer, { to: '/api/v1/account', headers: { authorization: `Bearer ${token}` } })
    expect((await call()).status).to.equal(200)
    await press(page, 'Revoke the token')
    await page.getByText('The token was revoked').waitFor()
    expect((await call()).status).to.equal(401)
  })

  it('shows its operations, keeps its token and says so while the server does not answer', async () => {
    const person = await world.server.createAccount()
    const { page } = await world.open()
    const status = page.locator('#docs-status')
    await openDocs(page)
    await press(page, 'Sign in to try')
    await signInHere(page, person)
    await page.route('**/oauth/token', (route) =>
      route.fulfill({ status: 502, body: '<h1>Bad gateway</h1>' }),
    )
    await press(page, 'Allow')
    await page.locator('.opblock').first().waitFor()
    await page.getByText('The server did not answer. Please try again.').waitFor()
    await page.unroute('**/oauth/token')
    await press(page, 'Sign in to try')
    await page.getByText('You are signed in until').waitFor()

    await page.route('**/oauth/revoke', (route) => route.fulfill({ status: 503 }))
    await press(page, 'Revoke the token')
    await page.getByText('The server did not answer. Please try again.').waitFor()
    await page.unroute('**/oauth/revoke')
    const revoked = page.waitForRequest('**/oauth/revoke')
    await press(page, 'Revoke the token')
    expect((await revoked).postData()).to.match(/&token=./)
    await page.getByText('The token was revoked').waitFor()
    expect(await status.innerText()).to.contain('Sign in to call operations')
    expect(await page.getByRole('button', { name: 'Revoke the token' }).isVisible()).to.equal(false)
  })

  it('asks for the password again when an operation needs a newer sign-in', async () => {
    const person = await world.server.createAccount()
    const { page } = await world.open()
    await openDocs(page)
    await press(page, 'Sign in to try')
    await signInHere(page, person)
    await press(page, 'Allow')
    await page.getByText('You are signed in until').waitFor()
    const problem = { code: 'insufficient_user_authentication' }
    await page.route('**/api/v1/account', (route) => route.fulfill({ status: 401, json: problem }))
    await page.locator(`${OWN} .opblock-summary-control`).click()
    await page.locator(`${OWN} .execute`).click()
    await page.getByText('needs a newer sign-in').waitFor()
    await press(page, 'Sign in again')
    await page.getByRole('heading', { name: 'Sign in', exact: true }).waitFor()
  })

  it('says what a sign-in lacks: no scope, an answer to another page; on a phone, in dark colours, with axe', async () => {
    const { page } = await world.open({ device: 'phone' })
    await page.emulateMedia({ colorScheme: 'dark' })
    const status = page.locator('#docs-status')
    await openDocs(page, '?code=stolen&state=foreign')
    expect(await status.innerText()).to.contain('not begun here')
    await page.locator('[name=scope]:checked').uncheck()
    await press(page, 'Sign in to try')
    expect(await status.innerText()).to.contain('Choose at least one')
    expect(await violations(page)).to.eql([])
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    expect(overflow).to.be.at.most(0)
  })

  it('is a list of all operations without JavaScript', async () => {
    const { page } = await world.open({ javaScript: false })
    await page.goto(`${world.server.issuer}/docs`)
    const text = await page.locator('#docs-list').innerText()
    const { operations } = await readDocument({ send: (sent) => send(world.server.issuer, sent) })
    for (const { path, method, scope } of operations.filter((one) => one.scope !== undefined))
      expect(text, path).to.contain(`${method.toUpperCase()} /api/v1${path}`).and.to.contain(`Scope ${scope}`)
    expect(await page.locator('#docs-sign-in').isVisible()).to.equal(false)
  })

  it('is linked from the front page of an administrator, and of nobody else', async () => {
    const person = await world.server.createAccount()
    const { page } = await world.open({ javaScript: false })
    await signInToAccount(page, world.server.issuer, person)
    await page.goto(world.server.issuer)
    expect(await page.getByRole('link', { name: 'API' }).count()).to.equal(0)
    await grantRole(world.server.parts.db, person.account.id, 'admin')
    await page.reload()
    await page.getByRole('link', { name: 'API' }).click()
    expect(await heading(page)).to.contain('API')
  })

  async function openDocs(page: Page, query = ''): Promise<void> {
    await page.goto(`${world.server.issuer}/docs${query}`)
    await page.locator('.opblock').first().waitFor()
  }
})

describe('the files of the page /docs', () => {
  const file = (accept: string, to: string) => send(issuer, { to, headers: { 'accept-encoding': accept } })
  let issuer: string
  let stop: () => Promise<void>

  before(async () => {
    const server = await startServer({ store: 'sqlite' })
    issuer = server.issuer
    stop = () => server.stop()
  })
  after(() => stop())

  it('come from here alone, by the content policy and by the page', async () => {
    const { headers, text } = await send(issuer, { to: '/docs', headers: { accept: 'text/html' } })
    expect(headers['content-security-policy']).to.contain("script-src 'self';").and.not.to.contain('unsafe')
    const sources = [...text.matchAll(/<(?:script|link)[^>]+(?:src|href)="([^"]+)"/g)].map(([, href]) => href)
    expect(sources.length).to.be.greaterThan(4)
    for (const source of sources)
      expect(source, source).to.match(/^\/(?:docs\/|assets\/|apple-touch-icon\.png$)/)
    for (const source of sources) expect((await send(issuer, { to: source! })).status, source).to.equal(200)
  })

  it('are compressed for a browser that can read it, and cached by their release', async () => {
    const { text } = await send(issuer, { to: '/docs', headers: { accept: 'text/html' } })
    const script = /src="(\/docs\/swagger-ui-bundle\.js\?v=[\d.]+)"/.exec(text)?.[1] ?? ''
    const gzipped = await file('gzip', script)
    const plain = await file('identity', script)
    expect(gzipped.headers['content-encoding']).to.equal('gzip')
    expect(Number(gzipped.headers['content-length'])).to.be.below(Number(plain.headers['content-length']) / 3)
    expect(plain.headers['cache-control']).to.contain('immutable')
    expect((await file('gzip', '/docs/swagger-ui.css')).headers['cache-control']).to.equal('no-cache')
    for (const name of ['package.json', 'index.html', '..%2fpackage.json', 'constructor'])
      expect((await file('gzip', `/docs/${name}`)).status, name).to.equal(404)
  })
})

describe('a server with DOCS=false', () => {
  it('has neither the page nor its client', async () => {
    const server = await startServer({ store: 'sqlite', env: { ACCOUNT_SERVER_DOCS: 'false' } })
    try {
      expect((await send(server.issuer, { to: '/docs' })).status).to.equal(404)
      const query = new URLSearchParams({ client_id: DOCS_CLIENT_ID, response_type: 'code' })
      expect((await send(server.issuer, { to: `/oauth/authorize?${query}` })).text).to.contain(
        'invalid_client',
      )
      expect((await send(server.issuer, { to: '/api/v1/openapi.json' })).status).to.equal(200)
    } finally {
      await server.stop()
    }
  })
})

/** How many operations the groups have, each opened in its turn. The first one is open. */
async function shownIn(page: Page): Promise<number> {
  const groups = page.locator('.opblock-tag-section')
  let shown = 0
  for (let at = 0; at < (await groups.count()); at += 1) {
    const group = groups.nth(at)
    if (at > 0) await group.locator('.opblock-tag').click()
    await group.locator('.opblock').first().waitFor()
    shown += await group.locator('.opblock').count()
    if (at > 0) await group.locator('.opblock-tag').click()
  }
  return shown
}

async function violations(page: Page): Promise<string[]> {
  // The colours of a button change slowly under the pointer, and have another contrast meanwhile.
  await page.evaluate(() => {
    for (const one of document.getAnimations()) if (one instanceof CSSTransition) one.finish()
  })
  await page.evaluate(axe.source)
  const options: axe.RunOptions = {
    rules: { 'target-size': { enabled: true } },
    resultTypes: ['violations'],
  }
  const { violations: found } = await page.evaluate((given) => window.axe.run(document, given), options)
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
}
