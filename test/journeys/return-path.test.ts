import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { codeIn, linkIn } from '../support/letter.ts'
import { backAt, heading, press, signInHere, signInToAccount, tokensOf } from './steps.ts'
import { inService } from './world.ts'

const CHOSEN = 'seven bridges over one river'

inService('The way back to an app', (world) => {
  let newcomers = 0

  async function register(page: Page): Promise<{ email: string; password: string }> {
    newcomers += 1
    const email = `newcomer-${newcomers}-${Date.now()}@example.org`
    expect(await heading(page)).to.equal('Create your account')
    await page.getByLabel('Email').fill(email)
    await page.getByLabel('Password').fill(CHOSEN)
    await press(page, 'Create account')
    expect(await heading(page)).to.equal('Check your email')
    return { email, password: CHOSEN }
  }

  it('survives registering: the mailed link goes on to the app', async () => {
    const { server, app, open } = world
    const { page } = await open({ javaScript: false })
    const request = await app.begin()
    await page.goto(request.url)
    await page.getByRole('link', { name: 'Create an account' }).click()
    const person = await register(page)
    await page.goto(linkIn(await server.waitForMail(person.email), '/activate'))
    expect(await heading(page)).to.equal('Reading List asks for access')
    await press(page, 'Allow')
    await tokensOf(app, request, await backAt(page, app, request))
  })

  it('survives registering also when the mail is asked for twice and the page was lost meanwhile', async () => {
    const { server, app, open } = world
    const { page, context } = await open()
    const request = await app.begin()
    await page.goto(request.url)
    await page.getByRole('link', { name: 'Create an account' }).click()
    const person = await register(page)
    const first = linkIn(await server.waitForMail(person.email), '/activate')
    await press(page, 'Send another email')
    const again = await server.waitForMail(
      person.email,
      undefined,
      (letter) => linkIn(letter, '/activate') !== first,
    )
    await context.clearCookies({ name: /^as_interaction/ })
    await page.goto(linkIn(again, '/activate'))
    expect(await heading(page)).to.equal('Reading List asks for access')
    await press(page, 'Allow')
    await tokensOf(app, request, await backAt(page, app, request))
  })

  it('is not shown to another browser that opens the mail', async () => {
    const { server, app, open } = world
    const here = await open()
    const elsewhere = await open()
    await here.page.goto((await app.begin()).url)
    await here.page.getByRole('link', { name: 'Create an account' }).click()
    const person = await register(here.page)
    const mail = await server.waitForMail(person.email)
    await elsewhere.page.goto(linkIn(mail, '/activate'))
    await elsewhere.page.getByLabel('Code from the email').fill(codeIn(mail))
    await elsewhere.page.getByLabel('Password').fill(CHOSEN)
    await press(elsewhere.page, 'Activate')
    const way = elsewhere.page.getByRole('link', { name: 'Sign in on this device instead' })
    expect(await way.getAttribute('href')).to.equal('/sign-in')
    await here.page.getByRole('heading', { name: 'Reading List asks for access' }).waitFor()
  })

  it('survives a new password', async () => {
    const { server, app, open } = world
    const { email } = await server.createAccount()
    const { page } = await open({ device: 'phone' })
    const request = await app.begin()
    await page.goto(request.url)
    await page.getByRole('link', { name: 'Forgot your password?' }).click()
    await page.getByLabel('Email').fill(email)
    await press(page, 'Send the link')
    await page.goto(linkIn(await server.waitForMail(email, /^Reset/), '/reset'))
    await page.getByLabel('New password').fill(CHOSEN)
    await press(page, 'Save password')
    await page.getByRole('link', { name: 'Sign in' }).click()
    await signInHere(page, { email, password: CHOSEN })
    await press(page, 'Allow')
    await tokensOf(app, request, await backAt(page, app, request))
  })

  it('leads only to addresses that this server wrote itself', async () => {
    const { server, app, open } = world
    const { page } = await open()
    await page.goto((await app.begin()).url)
    const restart = new URL(page.url()).searchParams.get('restart') ?? ''
    for (const query of [
      'from=x&restart=forged',
      `from=//evil.example/&restart=${restart}`,
      `from=..%2F..&restart=${restart}`,
      'from=x',
    ]) {
      await page.goto(`${server.issuer}/register?${query}`)
      const way = page.getByRole('link', { name: 'Sign in' })
      expect(await way.getAttribute('href'), query).to.equal('/sign-in')
    }
  })

  it('begins with registering where the app asks for that (prompt=create), though the mail is scanned first', async () => {
    const { server, app, open } = world
    const { page } = await open()
    const request = await app.begin({ prompt: 'create', login_hint: 'suggested@example.org' })
    await page.goto(request.url)
    expect(await page.getByLabel('Email').inputValue()).to.equal('suggested@example.org')
    const person = await register(page)
    const link = linkIn(await server.waitForMail(person.email), '/activate')
    for (const method of ['HEAD', 'GET', 'GET'])
      expect((await fetch(link, { method })).status, method).to.equal(200)
    await page.goto(link)
    expect(await heading(page), 'not asked to register again').to.equal('Reading List asks for access')
    await press(page, 'Allow')
    const tokens = await tokensOf(app, request, await backAt(page, app, request))
    const claims = await app.userinfo(tokens.access_token, tokens.subject)
    expect(claims).to.include({ email: person.email, email_verified: true })
  })

  it('begins with registering, which a person who has an account passes by, and which is not asked again later', async () => {
    const { server, app, open } = world
    const person = await server.createAccount()
    const { page, context } = await open()
    const request = await app.begin({ prompt: 'create' })
    await page.goto(request.url)
    expect(await heading(page)).to.equal('Create your account')
    await page.getByRole('link', { name: 'Sign in' }).click()
    await context.clearCookies({ name: /^as_interaction/ })
    await signInHere(page, person)
    expect(await heading(page)).to.equal('Reading List asks for access')
    await press(page, 'Allow')
    await tokensOf(app, request, await backAt(page, app, request))
  })

  it('does not end at an address that is not confirmed: the code from the mail does', async () => {
    const { server, app, open } = world
    const { page } = await open({ javaScript: false })
    await page.goto(`${server.issuer}/register`)
    const person = await register(page)
    const mail = await server.waitForMail(person.email)
    const request = await app.begin()
    await page.goto(request.url)
    await signInHere(page, person)
    expect(await heading(page)).to.equal('Confirm your email')
    await page.getByLabel('Code from the email').fill('AAAA-2222')
    await press(page, 'Confirm')
    expect(await page.locator('main').innerText()).to.contain('That’s not the code from the email')
    await page.getByLabel('Code from the email').fill(codeIn(mail).toLowerCase())
    await press(page, 'Confirm')
    expect(await heading(page)).to.equal('Reading List asks for access')
    await press(page, 'Allow')
    await tokensOf(app, request, await backAt(page, app, request))
  })

  it('takes the code on the account page, but not more than five wrong ones [S-6.18]', async () => {
    const { server, open } = world
    const { page } = await open()
    await page.goto(`${server.issuer}/register`)
    const person = await register(page)
    const code = codeIn(await server.waitForMail(person.email))
    await signInToAccount(page, server.issuer, person)
    await press(page, 'Confirm')
    expect(await page.locator('main').innerText()).to.contain('Enter the code from the email')
    const attempt = async (typed: string) => {
      await page.getByLabel('Code from the email').fill(typed)
      await press(page, 'Confirm')
      return page.locator('main').innerText()
    }
    for (let wrong = 0; wrong < 5; wrong += 1)
      expect(await attempt('AAAA-2222'), `attempt ${wrong}`).to.contain('That’s not the code from the email')
    expect(await attempt(code)).to.contain('Too many wrong codes')
    await press(page, 'Send another email')
    const fresh = await server.waitForMail(person.email, undefined, (letter) => codeIn(letter) !== code)
    expect(await attempt(codeIn(fresh))).to.contain('Your email is confirmed')
  })
})
