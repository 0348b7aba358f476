import { expect } from 'chai'
import type { BrowserContext } from 'playwright-core'
import { disableAccount } from '../../src/accounts/account-state.ts'
import { linkIn } from '../support/letter.ts'
import type { Person } from '../support/running-server.ts'
import { backAt, heading, press, signInHere, signInToAccount, tokensOf } from './steps.ts'
import { inService } from './world.ts'

inService('What changed while a page stood open', (world) => {
  async function signOutElsewhere(context: BrowserContext): Promise<void> {
    const tab = await context.newPage()
    await tab.goto(`${world.server.issuer}/account`)
    await tab.getByRole('link', { name: 'Sign out' }).click()
    await press(tab, 'Sign out')
    expect(await heading(tab)).to.equal('You’re signed out')
    await tab.close()
  }

  async function openConsent(person: Person) {
    const { page, context } = await world.open()
    await signInToAccount(page, world.server.issuer, person)
    const request = await world.app.begin()
    await page.goto(request.url)
    expect(await heading(page)).to.equal('Reading List asks for access')
    return { page, context, request }
  }

  it('a sign-out in another tab is not undone by "Allow"', async () => {
    const { server, app } = world
    const person = await server.createAccount()
    const { page, context, request } = await openConsent(person)
    await signOutElsewhere(context)
    await press(page, 'Allow')
    expect(await heading(page)).to.equal('Sign in')
    await signInHere(page, person)
    expect(await heading(page)).to.equal('Reading List asks for access')
    const states = app.returns.map(({ searchParams }) => searchParams.get('state'))
    expect(states).not.to.include(request.state)
  })

  it('a sign-out in another tab hides the name of the person on the page', async () => {
    const person = await world.server.createAccount()
    const { page, context } = await openConsent(person)
    await signOutElsewhere(context)
    await page.reload()
    expect(await heading(page)).to.equal('Sign in')
    expect(await page.content()).not.to.contain(person.email)
  })

  it('another person’s sign-in in another tab is asked for their own consent', async () => {
    const { server, app } = world
    const [first, second] = [await server.createAccount(), await server.createAccount()]
    const { page, context, request } = await openConsent(first)
    await signOutElsewhere(context)
    const tab = await context.newPage()
    await signInToAccount(tab, server.issuer, second)
    await press(page, 'Allow')
    expect(await heading(page)).to.equal('Reading List asks for access')
    expect(await page.locator('main').innerText()).to.contain(second.email)
    await press(page, 'Allow')
    const tokens = await tokensOf(app, request, await backAt(page, app, request))
    expect(tokens.subject).to.equal(second.account.id)
  })

  it('a disabled account is asked to sign in, which is refused', async () => {
    const { server } = world
    const person = await server.createAccount()
    const { page } = await openConsent(person)
    await disableAccount(server.parts, person.account.id, { actor: 'cli' })
    await press(page, 'Allow')
    expect(await heading(page)).to.equal('Sign in')
    await signInHere(page, person)
    expect(await page.locator('main').innerText()).to.contain('This account is disabled')
    await page.goto(`${server.issuer}/account`)
    expect(await heading(page)).to.equal('Sign in')
  })

  it('a registration on the way to an app leaves the app’s page in its tab as it was', async () => {
    const { server, app, open } = world
    const person = {
      email: `new-${server.store.length}@example.org`,
      password: 'seven bridges over one river',
    }
    const { page, context } = await open()
    const request = await app.begin()
    await page.goto(request.url)
    const tab = await context.newPage()
    await tab.goto(page.url())
    await tab.getByRole('link', { name: 'Create an account' }).click()
    await tab.getByLabel('Email').fill(person.email)
    await tab.getByLabel('Password').fill(person.password)
    await press(tab, 'Create account')
    await tab.goto(linkIn(await server.waitForMail(person.email), '/activate'))
    expect(await heading(tab)).to.equal('Reading List asks for access')

    await page.reload()
    await press(page, 'Allow')
    const tokens = await tokensOf(app, request, await backAt(page, app, request))
    expect(await app.userinfo(tokens.access_token, tokens.subject)).to.include({ email: person.email })
  })
})
