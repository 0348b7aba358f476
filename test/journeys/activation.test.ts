import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { codeIn, linkIn } from '../support/letter.ts'
import type { Letter } from '../support/letter.ts'
import { backAt, heading, press, signInHere, signInToAccount, tokensOf } from './steps.ts'
import { inService } from './world.ts'

const CHOSEN = 'seven bridges over one river'

inService('Activating an account', (world) => {
  let registered = 0

  async function register(page: Page, password = CHOSEN): Promise<{ email: string; mail: Letter }> {
    registered += 1
    const email = `grace-${registered}@example.org`
    await page.goto(`${world.server.issuer}/register`)
    await page.getByLabel('Your name').fill('Grace')
    await page.getByLabel('Email').fill(email)
    await page.getByLabel('Password').fill(password)
    await press(page, 'Create account')
    return { email, mail: await world.server.waitForMail(email) }
  }

  it('names every mistake in the form of a new account at once, and keeps what was typed [A19]', async () => {
    const { page } = await world.open({ javaScript: false, device: 'phone' })
    await page.goto(`${world.server.issuer}/register`)
    await page.getByLabel('Your name').fill('see www.spam.example')
    await page.getByLabel('Email').fill('grace')
    await page.getByLabel('Password').fill('short')
    await press(page, 'Create account')
    expect(await page.locator('.field-error:visible').allInnerTexts()).to.deep.equal([
      'Use a plain name without links, up to 100 characters.',
      'Enter a complete email, like name@example.com.',
      'Use at least 8 characters.',
    ])
    expect(await page.locator('[aria-invalid]').count()).to.equal(3)
    expect(await page.getByLabel('Email').inputValue()).to.equal('grace')
    expect(await page.getByLabel('Password').inputValue()).to.equal('')
  })

  it('asks for code and password in another browser than the one that registered', async () => {
    const here = await world.open()
    const elsewhere = await world.open({ javaScript: false, device: 'phone' })
    const { email, mail } = await register(here.page)
    const { page } = elsewhere

    await page.goto(linkIn(mail, '/activate'))
    expect(await heading(page)).to.equal('Activate your account')
    await page.getByLabel('Code from the email').fill(codeIn(mail))
    await page.getByLabel('Password').fill('not the one that was chosen')
    await press(page, 'Activate')
    expect(await page.locator('main').innerText()).to.contain('not the password chosen at sign-up')
    expect(await page.getByLabel('Code from the email').inputValue(), 'kept').to.equal(codeIn(mail))
    await page.getByLabel('Code from the email').fill('AAAA-2222')
    await page.getByLabel('Password').fill(CHOSEN)
    await press(page, 'Activate')
    expect(await page.locator('main').innerText()).to.contain('That’s not the code from the email')
    await page.getByLabel('Code from the email').fill(codeIn(mail).toLowerCase())
    await page.getByLabel('Password').fill(CHOSEN)
    await press(page, 'Activate')
    expect(await heading(page)).to.equal('Your account is ready')
    await signInToAccount(page, world.server.issuer, { email, password: CHOSEN })
    expect(await page.locator('main').innerText()).to.contain('confirmed')

    await here.page.goto(linkIn(mail, '/activate'))
    expect(await heading(here.page)).to.equal('Your account is ready')
  })

  it('lets the owner of an address shut out a stranger who registered it', async () => {
    const stranger = await world.open()
    const owner = await world.open()
    const { email, mail } = await register(stranger.page)
    await signInToAccount(stranger.page, world.server.issuer, { email, password: CHOSEN })

    const { page } = owner
    await page.goto(linkIn(mail, '/activate'))
    await page.getByRole('link', { name: 'I didn’t choose that password' }).click()
    await page.getByLabel('Code from the email').fill(codeIn(mail))
    await page.getByLabel('New password').fill('a quiet lake in the morning')
    await press(page, 'Activate')
    expect(await heading(page)).to.equal('Your account is ready')
    await signInToAccount(page, world.server.issuer, { email, password: 'a quiet lake in the morning' })

    await stranger.page.goto(`${world.server.issuer}/account`)
    expect(await heading(stranger.page)).to.equal('Sign in')
    await signInHere(stranger.page, { email, password: CHOSEN })
    expect(await stranger.page.locator('main').innerText()).to.contain('is not right')
  })

  it('comes before apps: until then a person reaches only the own account page', async () => {
    const { server, app, open } = world
    const { page, context } = await open()
    const { email } = await register(page)
    await signInToAccount(page, server.issuer, { email, password: CHOSEN })
    expect(await page.locator('main').innerText()).to.contain('Confirm your email')

    const request = await app.begin()
    await page.goto(request.url)
    expect(await heading(page)).to.equal('Confirm your email')
    await press(page, 'I opened the link')
    expect(await heading(page)).to.equal('Confirm your email')
    const first = linkIn(await server.waitForMail(email), '/activate')
    await press(page, 'Send another email')
    expect(await page.locator('main').innerText()).to.contain('Another email is on its way')
    const mail = await server.waitForMail(email, undefined, (letter) => linkIn(letter, '/activate') !== first)

    const tab = await context.newPage()
    await tab.goto(first)
    expect(await heading(tab)).to.equal('This link no longer works')
    await tab.goto(linkIn(mail, '/activate'))
    expect(await heading(tab)).to.equal('Your account')
    await press(page, 'I opened the link')
    expect(await heading(page)).to.equal('Reading List asks for access')
    await press(page, 'Allow')
    const tokens = await tokensOf(app, request, await backAt(page, app, request))
    const info = await app.userinfo(tokens.access_token, tokens.subject)
    expect(info).to.include({ email, email_verified: true })
  })

  it('offers an existing account only by mail when somebody registers its address again', async () => {
    const { server, open } = world
    const person = await server.createAccount()
    const { page } = await open()
    await page.goto(`${server.issuer}/register`)
    await page.getByLabel('Email').fill(person.email.toUpperCase())
    await page.getByLabel('Password').fill(CHOSEN)
    await press(page, 'Create account')
    expect(await heading(page)).to.equal('Check your email')
    const mail = await server.waitForMail(person.email, /^You already have/)
    await page.goto(linkIn(mail, '/sign-in'))
    await signInHere(page, person)
    expect(await heading(page)).to.equal('Your account')
  })
})
