import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { openBrowser } from '../support/browser.ts'
import { startServer } from '../support/running-server.ts'
import type { Person, RunningServer } from '../support/running-server.ts'
import { freePort } from '../support/service-process.ts'
import { openDocument } from './document.ts'

describe('the guide’s first app, with people who do what people do', function () {
  let server: RunningServer
  let guide: ReturnType<typeof openDocument>
  let program: Awaited<ReturnType<typeof guide.start>>
  let home: string

  before(async () => {
    server = await startServer({ store: 'sqlite', separate: true })
    const port = await freePort()
    home = `http://localhost:${port}/`
    guide = openDocument('docs/first-app.md', server, { 3000: port })
    await guide.command('client create --name "My app"')
    guide.save('app.mjs')
    program = await guide.start('app.mjs', home)
  })
  after(async () => {
    guide?.close()
    await server?.stop()
  })
  afterEach(() => {
    expect(program.alive(), `the app died: ${program.said()}`).to.equal(true)
  })

  async function visit(): Promise<Page> {
    const { context, page } = await openBrowser()
    context.setDefaultTimeout(60_000)
    await page.goto(home)
    return page
  }
  async function signIn(page: Page, { email, password }: Person): Promise<void> {
    await page.getByRole('link').click()
    await page.getByLabel('Email').fill(email)
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByText('asks for access').first().waitFor()
  }
  const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
  const greeting = ({ email, account }: Person) => `Hello, ${account.name} <${email}>`
  const shown = async (page: Page) => (await page.textContent('body'))?.trim()

  it('greets the person who signed in by a name of any script, also after a reload and at a second visit', async () => {
    const page = await visit()
    const person = await server.createAccount({ name: 'Zoë 示例 <b>Müller</b> & Co' })
    await signIn(page, person)
    await press(page, 'Allow')
    await page.waitForURL(home)
    expect(await shown(page)).to.equal(greeting(person))
    await page.reload()
    expect(await shown(page)).to.equal(greeting(person))
    const again = await page.context().newPage()
    await again.goto(`${home}sign-in`)
    await again.waitForURL(home)
    expect(await shown(again), 'nothing is asked twice').to.equal(greeting(person))
  })

  it('offers to try again when the person does not allow it', async () => {
    const page = await visit()
    const person = await server.createAccount({ name: 'Second Thoughts' })
    await signIn(page, person)
    await press(page, 'Don’t allow')
    expect(await shown(page)).to.equal('You did not allow it. Try again')
    await page.reload()
    expect(await shown(page)).to.equal('You did not allow it. Try again')
    await page.getByRole('link', { name: 'Try again' }).click()
    await press(page, 'Allow')
    await page.waitForURL(home)
    expect(await shown(page)).to.equal(greeting(person))
  })

  it('greets a person who goes back to a page of the sign-in that is over', async () => {
    const page = await visit()
    const person = await server.createAccount({ name: 'Back Again' })
    await signIn(page, person)
    await press(page, 'Allow')
    await page.waitForURL(home)
    await page.goBack()
    await page.waitForURL(home)
    expect(await shown(page)).to.equal(greeting(person))
  })

  it('lets two tabs sign in side by side', async () => {
    const first = await visit()
    const second = await first.context().newPage()
    await second.goto(home)
    const person = await server.createAccount({ name: 'Two Tabs' })
    await signIn(first, person)
    await second.getByRole('link').click()
    await press(second, 'Allow')
    await second.waitForURL(home)
    await press(first, 'Allow')
    await first.waitForURL(home)
    for (const [tab, page] of Object.entries({ first, second }))
      expect(await shown(page), tab).to.equal(greeting(person))
  })

  it('answers an unknown return, or a second one, with an error page', async () => {
    const returned = [
      'callback',
      'callback?code=forged',
      'callback?code=forged&state=forged',
      'callback?error=server_error&error_description=<script>alert(1)</script>&state=x',
      `callback?state=${'x'.repeat(8000)}`,
    ]
    for (const path of returned) {
      const answer = await fetch(home + path)
      const text = await answer.text()
      expect([answer.status, text], path).to.eql([
        400,
        '<p>That did not work. <a href="/sign-in">Try again</a></p>\n',
      ])
    }
    const began = await fetch(`${home}sign-in`, { redirect: 'manual' })
    const cookie = began.headers.get('set-cookie')?.split(';')[0] ?? ''
    const state = new URL(began.headers.get('location') ?? '').searchParams.get('state') ?? ''
    for (const code of ['expired-or-used', '', '%00%ff']) {
      const answer = await fetch(`${home}callback?code=${code}&state=${state}`, { headers: { cookie } })
      expect(answer.status, code).to.equal(400)
    }
    const stranger = await fetch(`${home}callback?code=good&state=${state}`)
    expect(stranger.status, 'another browser cannot finish it').to.equal(400)
  })

  it('keeps running after odd requests', async () => {
    for (const path of ['//', '/\\', '/favicon.ico', '/%'])
      expect((await fetch(home.slice(0, -1) + path)).status, path).to.be.oneOf([400, 404])
    const odd = { cookie: 'a; =; my_app; my_app==; __proto__=1' }
    expect(await (await fetch(home, { headers: odd })).text()).to.contain('Sign in')
  })

  it('shows an error while the account server does not answer, and works when it does', async () => {
    const page = await visit()
    const person = await server.createAccount({ name: 'Patient Person' })
    await signIn(page, person)
    const began = await fetch(`${home}sign-in`, { redirect: 'manual' })
    await server.signal('SIGINT')
    const state = new URL(began.headers.get('location') ?? '').searchParams.get('state') ?? ''
    const iss = encodeURIComponent(server.issuer)
    const cookie = began.headers.get('set-cookie')?.split(';')[0] ?? ''
    const away = await fetch(`${home}callback?code=c&state=${state}&iss=${iss}`, { headers: { cookie } })
    expect([away.status, await away.text()]).to.eql([
      400,
      '<p>That did not work. <a href="/sign-in">Try again</a></p>\n',
    ])
    await server.start()
    await press(page, 'Allow')
    await page.waitForURL(home)
    expect(await shown(page)).to.equal(greeting(person))
  })
})
