import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { LEVELS } from '../../src/accounts/levels.ts'
import { addAuthenticator } from '../passkeys/virtual-authenticator.ts'
import { codeIn, linkIn } from '../support/letter.ts'
import { backAt, heading, press, signInHere, tokensOf } from './steps.ts'
import { inBothSettings } from './world.ts'

const INSTEAD = 'Use a passkey instead of a password'
const CHOSEN = 'seven bridges over one river'

inBothSettings('An account without a password', (world) => {
  let newcomers = 0
  const newAddress = () => `keyed-${(newcomers += 1)}-${Date.now()}@example.org`
  const code = async (email: string) => codeIn(await world.server.waitForMail(email))

  async function fromApp(page: Page, parameters = {}) {
    const request = await world.app.begin(parameters)
    await page.goto(request.url)
    await page.getByRole('link', { name: 'Create an account' }).click()
    await page.waitForURL(/\/register/)
    return request
  }

  /** The first action. */
  async function register(page: Page, email = newAddress()): Promise<string> {
    await page.getByLabel('Email').fill(email)
    await press(page, INSTEAD)
    await page.waitForURL(/\/register\/sent/)
    expect(await heading(page)).to.equal('Check your email')
    return email
  }

  async function confirm(page: Page, email: string): Promise<void> {
    await page.getByLabel('Code from the email').fill(await code(email))
    await press(page, 'Confirm')
  }

  it('takes three actions from the app and back, at the strongest level', async () => {
    const { server, app, open } = world
    const { page } = await open({ device: 'phone' })
    const key = await addAuthenticator(page)
    const request = await fromApp(page, { acr_values: LEVELS[2] })
    const email = await register(page)
    const [made] = await key.credentials()
    expect(made?.userName, 'what the password manager calls it').to.equal(email)
    await confirm(page, email)
    await page.getByRole('heading', { name: 'asks for access' }).waitFor()
    await press(page, 'Allow')
    const { claims, subject } = await tokensOf(app, request, await backAt(page, app, request))
    expect(claims['acr']).to.equal(LEVELS[2])
    const account: unknown = await server.parts.db('accounts').where({ id: subject }).first('passwordHash')
    expect(account).to.eql({ passwordHash: null })
  })

  it('is kept under the address and the name of today, and removed once it has a password', async () => {
    const { server, open } = world
    const { page } = await open()
    const key = await addAuthenticator(page)
    const isKeptAs = (userName: string, userDisplayName: string) =>
      key.become(([one]) => one?.userName === userName && one.userDisplayName === userDisplayName)
    await page.goto(`${server.issuer}/register`)
    await page.getByLabel('Your name').fill('Ada')
    const mistyped = await register(page, `mistyped-${Date.now()}@example.org`)
    await isKeptAs(mistyped, 'Ada')
    await page.getByRole('link', { name: 'Wrong email?' }).click()
    const field = page.getByLabel('Email')
    expect(await field.getAttribute('autocomplete')).to.equal('username')
    const email = newAddress()
    await field.fill(email)
    await page.getByRole('main').getByRole('button').first().click()
    await isKeptAs(email, 'Ada')
    await confirm(page, email)
    await page.waitForURL(/\/account\/security$/)

    await page.goto(`${server.issuer}/account`)
    await page.getByLabel('Your name').fill('Ada Lovelace')
    await press(page, 'Save')
    await isKeptAs(email, 'Ada Lovelace')
    const other = newAddress()
    await page.goto(`${server.issuer}/account/email`)
    await page.getByRole('textbox', { name: 'New email' }).fill(other)
    await press(page, 'Send code')
    await page.getByLabel(/^Code from the/).fill(await code(other))
    await press(page, 'Confirm')
    await isKeptAs(other, 'Ada Lovelace')

    await page.goto(`${server.issuer}/account/security`)
    await page.getByRole('link', { name: 'Add a password' }).click()
    await page.getByLabel('New password').fill(CHOSEN)
    await press(page, 'Save password')
    await page.getByText('Password added.').waitFor()
    await page.goto(`${server.issuer}/account/security`)
    await page.getByRole('link', { name: /^Remove / }).click()
    await press(page, 'Remove the passkey')
    await page.getByText('The passkey is removed.').waitFor()
    await key.become((left) => left.length === 0)
  })

  it('is made by the link as well, and signs in with the passkey from then on', async () => {
    const { server, open } = world
    const { page } = await open()
    await addAuthenticator(page)
    await page.goto(`${server.issuer}/register`)
    const email = await register(page)
    await page.goto(linkIn(await server.waitForMail(email), '/activate'))
    await page.waitForURL(`${server.issuer}/account/security`)
    await page.goto(`${server.issuer}/oauth/logout`)
    await press(page, 'Sign out')
    await page.getByRole('heading', { name: 'signed out' }).waitFor()
    // The virtual authenticator answers in the field at once.
    await page.goto(`${server.issuer}/sign-in`)
    await page.waitForURL(`${server.issuer}/account`)
  })

  it('survives back, reload, and another tab with another address', async () => {
    const { server, open } = world
    const { page, context } = await open()
    await addAuthenticator(page)
    await page.goto(`${server.issuer}/register`)
    const first = await register(page)
    await page.reload()
    expect(await heading(page)).to.equal('Check your email')
    await page.goBack()
    await page.getByRole('heading', { name: 'Create your account' }).waitFor()
    const second = await register(page)
    const tab = await context.newPage()
    await addAuthenticator(tab)
    await tab.goto(`${server.issuer}/register`)
    const third = await register(tab)
    await confirm(page, second)
    await page.waitForURL(`${server.issuer}/account/security`)
    await tab.reload()
    expect(await tab.locator('main').innerText()).to.contain(third)
    expect(await server.parts.db('passkeys').whereIn('accountId', await idsOf([first, third]))).to.eql([])
  })

  const idsOf = async (emails: string[]): Promise<string[]> => {
    const rows: { id: string }[] = await world.server.parts
      .db('accounts')
      .whereIn('email', emails)
      .select('id')
    expect(rows).to.have.length(emails.length)
    return rows.map(({ id }) => id)
  }

  it('is activated on another device by the code and the passkey, which the password manager brought there', async () => {
    const { server, app, open } = world
    const { page } = await open()
    const key = await addAuthenticator(page)
    const request = await fromApp(page)
    const email = await register(page)
    const mail = await server.waitForMail(email)

    const elsewhere = await open({ device: 'phone' })
    const other = await addAuthenticator(elsewhere.page)
    await elsewhere.page.goto(linkIn(mail, '/activate'))
    expect(await elsewhere.page.getByLabel('Password').count()).to.equal(0)
    await elsewhere.page.getByLabel(/^Code from the/).fill(codeIn(mail))
    await press(elsewhere.page, 'Activate with a passkey')
    await elsewhere.page.getByText('No passkey was used').waitFor()
    await other.add((await key.credentials())[0]!)
    await press(elsewhere.page, 'Activate with a passkey')
    await elsewhere.page.getByRole('heading', { name: 'Your account is ready' }).waitFor()
    // The first page goes on by itself.
    await page.getByRole('heading', { name: 'asks for access' }).waitFor()
    await press(page, 'Allow')
    await tokensOf(app, request, await backAt(page, app, request))
  })

  it('gets a password by a forgotten one, keeps its last passkey until then, and asks for it after the password', async () => {
    const { server, open } = world
    const { page } = await open()
    const key = await addAuthenticator(page)
    await page.goto(`${server.issuer}/register`)
    const email = await register(page)
    await confirm(page, email)
    await page.waitForURL(/\/account\/security$/)
    expect(await page.getByRole('status').first().innerText()).to.contain('Make recovery codes')
    await page.getByRole('link', { name: /^Remove / }).click()
    await page.getByText('your only way to sign in').waitFor()

    await page.goto(`${server.issuer}/account/password`)
    await page.getByRole('link', { name: 'Ask for an email with a link' }).click()
    await page.getByLabel('Email').fill(email)
    await page.getByRole('main').getByRole('button').first().click()
    await page.getByRole('heading', { name: 'Check your email' }).waitFor()
    await page.goto(linkIn(await server.waitForMail(email, /^Reset/), '/reset'))
    await page.getByLabel('New password').fill(CHOSEN)
    await press(page, 'Save password')
    await page.getByRole('heading', { name: 'Password changed' }).waitFor()
    await key.touches(false)
    await page.goto(`${server.issuer}/sign-in`)
    await signInHere(page, { email, password: CHOSEN })
    expect(await heading(page)).to.equal('Use your passkey')
    await key.touches(true)
    await press(page, 'Use a passkey')
    await page.waitForURL(`${server.issuer}/account`)
    await page.goto(`${server.issuer}/account/security`)
    await page.getByRole('link', { name: /^Remove / }).click()
    await press(page, 'Remove the passkey')
    await page.getByText('The passkey is removed.').waitFor()
  })

  it('is not offered without JavaScript, and never half made: a wrong address keeps the form', async () => {
    const { server, open } = world
    const quiet = await open({ javaScript: false })
    await quiet.page.goto(`${server.issuer}/register`)
    expect(await quiet.page.getByRole('button', { name: INSTEAD }).count()).to.equal(0)
    const { page } = await open()
    const key = await addAuthenticator(page)
    await page.goto(`${server.issuer}/register`)
    await page.getByLabel('Name').fill('Ada')
    await page.getByLabel('Email').fill('nobody')
    await press(page, INSTEAD)
    await page.locator('.field-error:visible').first().waitFor()
    expect(await page.getByLabel('Name').inputValue()).to.equal('Ada')
    expect(await key.credentials()).to.eql([])
    expect(await page.locator('main').innerText(), 'no word of a password').not.to.contain('at least 8')
    await register(page)
  })
})
