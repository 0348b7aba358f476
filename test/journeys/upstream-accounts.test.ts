import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { findAccountByEmail } from '../../src/accounts/account.ts'
import { startOAuth2StandIn } from '../support/oauth2-stand-in.ts'
import type { OAuth2StandIn } from '../support/oauth2-stand-in.ts'
import { codeIn } from '../support/letter.ts'
import { freePort } from '../support/service-process.ts'
import { addProvider, leave, offered, somebody } from './other-provider.ts'
import { backAt, heading, press, signInHere, signInToAccount, tokensOf } from './steps.ts'
import { inBothSettings } from './world.ts'

const CHOSEN = 'seven bridges over one river'

inBothSettings('An account and its other providers', (world) => {
  let provider: OAuth2StandIn

  before(async () => {
    provider = await startOAuth2StandIn()
  })
  after(() => provider.stop())

  const words = (page: Page) => page.locator('main').innerText()
  const definition = () => provider.definition

  it('gets one on the page of its security, is signed in by it, and loses it again', async () => {
    const owner = await world.server.createAccount()
    const theirs = somebody()
    const { page } = await world.open({ javaScript: false })
    const label = await addProvider(world.server, definition())
    await signInToAccount(page, world.server.issuer, owner)
    await page.goto(`${world.server.issuer}/account/security`)
    const address = await leave(page, provider.origin, `Connect ${label}`)
    await page.goto(provider.signIn(address, theirs).href)
    expect(await heading(page)).to.equal('Security')
    expect(await words(page)).to.contain(`${label} can now sign you in.`)
    await page.reload()
    expect(await words(page)).not.to.contain('can now sign you in')

    const other = await world.open({ javaScript: false })
    const request = await world.app.begin()
    await other.page.goto(request.url)
    const away = await leave(other.page, provider.origin, `Continue with ${label}`)
    await other.page.goto(provider.signIn(away, theirs).href)
    await press(other.page, 'Allow')
    const { subject } = await tokensOf(world.app, request, await backAt(other.page, world.app, request))
    expect(subject).to.equal(owner.account.id)

    await page.getByRole('button', { name: `Disconnect ${label}` }).click()
    expect(await heading(page)).to.equal('Security')
    expect(await words(page)).to.contain(`${label} is disconnected.`)
    await page.goBack()
    expect(await heading(page)).to.equal('Security')
    const stranger = await world.open({ javaScript: false })
    await stranger.page.goto(`${world.server.issuer}/sign-in`)
    const again = await leave(stranger.page, provider.origin, `Continue with ${label}`)
    await stranger.page.goto(provider.signIn(again, theirs).href)
    expect(await heading(stranger.page)).not.to.equal('Security')
  })

  it('keeps its only way in, and reads how to get another', async () => {
    const { page } = await world.open({ javaScript: false })
    const label = await offered(world.server, page, `${world.server.issuer}/sign-in`, definition())
    const address = await leave(page, provider.origin, `Continue with ${label}`)
    const theirs = somebody()
    await page.goto(provider.signIn(address, theirs).href)
    expect(await heading(page)).to.equal('Your account')
    await page.goto(`${world.server.issuer}/account/security`)
    await page.getByRole('button', { name: `Disconnect ${label}` }).click()
    expect(await words(page)).to.contain('This is the only way to sign in to your account.')
    await page.getByRole('link', { name: 'Set a password by email' }).click()
    expect(await heading(page)).to.equal('Set a password')
    expect(await page.getByLabel('Email').inputValue()).to.equal(theirs.emails?.[0]?.email)
    await page.getByRole('link', { name: 'Your account' }).click()
    expect(await heading(page)).to.equal('Your account')
  })

  it('is not made by a provider that only connects: the page is honest and leads on', async () => {
    const { page } = await world.open({ javaScript: false })
    const request = await world.app.begin()
    const only = { ...definition(), sign_up: 'link_only' } as const
    const label = await offered(world.server, page, request.url, only)
    const theirs = somebody()
    const address = await leave(page, provider.origin, `Continue with ${label}`)
    await page.goto(provider.signIn(address, theirs).href)
    expect(await heading(page)).to.equal('Which account is yours?')
    expect(await words(page))
      .to.contain('It isn’t connected to an account here yet.')
      .and.contain('Reading List')
    const email = theirs.emails?.[0]?.email ?? ''
    expect(await findAccountByEmail(world.server.parts.db, email)).to.equal(undefined)
    await press(page, 'Create an account')
    expect(await heading(page)).to.equal('Create your account')
    expect(await page.getByLabel('Email').inputValue()).to.equal(email)
    await page.goBack()
    expect(await heading(page)).to.equal('Which account is yours?')
    await press(page, 'Sign in another way')
    expect(await heading(page)).to.equal('Sign in')
    expect(await words(page)).to.contain('Reading List')

    const again = await leave(page, provider.origin, `Continue with ${label}`)
    await page.goto(provider.signIn(again, theirs).href)
    await press(page, 'Create an account')
    await page.getByLabel('Password', { exact: true }).fill(CHOSEN)
    await press(page, 'Create account')
    await page.getByLabel('Code from the email').fill(codeIn(await world.server.waitForMail(email)))
    await press(page, 'Confirm')
    await press(page, 'Allow')
    const { subject } = await tokensOf(world.app, request, await backAt(page, world.app, request))
    expect(subject).to.equal((await findAccountByEmail(world.server.parts.db, email))?.id)
  })

  it('is connected by its owner on the way to an app, and then signed in by that provider', async () => {
    const owner = await world.server.createAccount()
    const { page } = await world.open({ javaScript: false, device: 'phone' })
    const request = await world.app.begin()
    const only = { ...definition(), sign_up: 'link_only' } as const
    const label = await offered(world.server, page, request.url, only)
    const theirs = somebody()
    const address = await leave(page, provider.origin, `Continue with ${label}`)
    await page.goto(provider.signIn(address, theirs).href)
    await press(page, 'Sign in to my account')
    await signInHere(page, owner)
    await press(page, 'Connect')
    await press(page, 'Allow')
    const first = await tokensOf(world.app, request, await backAt(page, world.app, request))
    const other = await world.open({ javaScript: false })
    const again = await world.app.begin()
    await other.page.goto(again.url)
    const away = await leave(other.page, provider.origin, `Continue with ${label}`)
    await other.page.goto(provider.signIn(away, theirs).href)
    const second = await tokensOf(world.app, again, await backAt(other.page, world.app, again))
    expect([first.subject, second.subject]).to.eql([owner.account.id, owner.account.id])
  })
})

inBothSettings('A provider that isn’t responding', (world) => {
  const silent: Server[] = []
  const held: Socket[] = []
  after(() => {
    for (const socket of held) socket.destroy()
    for (const server of silent) server.close()
  })

  /** Takes connections and says nothing, as a process that was stopped. */
  async function stopped(): Promise<string> {
    const server = createServer((socket) => void held.push(socket))
    silent.push(server)
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }
  const FAULTS = {
    'has a closed port': async () => `http://127.0.0.1:${await freePort()}`,
    'says nothing': stopped,
  }

  for (const [what, origin] of Object.entries(FAULTS))
    it(`and ${what} leads back to the sign-in, which says so and goes on to the app`, async () => {
      const person = await world.server.createAccount()
      const { page } = await world.open({ javaScript: false })
      const request = await world.app.begin()
      const issuer = await origin()
      const label = await offered(world.server, page, request.url, { issuer, client_id: 'here' })
      await press(page, `Continue with ${label}`)
      await page.getByText(`${label} isn’t responding.`).first().waitFor()
      expect(await heading(page)).to.equal('Sign in')
      expect(await page.getByRole('button', { name: 'Back to Reading List' }).count()).to.equal(1)
      await page.reload()
      expect(await page.locator('main').innerText()).not.to.contain('isn’t responding')
      await signInHere(page, person)
      await press(page, 'Allow')
      const { subject } = await tokensOf(world.app, request, await backAt(page, world.app, request))
      expect(subject).to.equal(person.account.id)
    })
})

inBothSettings('A provider that stops while somebody is there', (world) => {
  it('leads back to the sign-in, and from there to the app', async () => {
    const provider = await startOAuth2StandIn()
    const { page } = await world.open({ javaScript: false })
    const request = await world.app.begin()
    const label = await offered(world.server, page, request.url, provider.definition)
    const address = await leave(page, provider.origin, `Continue with ${label}`)
    const back = provider.signIn(address, somebody()).href
    await provider.stop()
    await page.goto(back)
    expect(await heading(page)).to.equal('Sign in')
    expect(await page.locator('main').innerText()).to.contain(`${label} isn’t responding.`)
    await page.getByRole('button', { name: 'Back to Reading List' }).click()
    const returned = await backAt(page, world.app, request)
    expect(returned.searchParams.get('error')).to.equal('access_denied')
  })
})
