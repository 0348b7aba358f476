import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { LEVELS } from '../../src/accounts/levels.ts'
import { enroll } from '../factors/enrolled.ts'
import { addAuthenticator } from '../passkeys/virtual-authenticator.ts'
import { backAt, heading, press, signInHere, signInToAccount, tokensOf } from './steps.ts'
import { inBothSettings } from './world.ts'

const TICK = 'Don’t ask for a code in this browser for 30 days'

inBothSettings('A second step that is spared', (world) => {
  async function somebody() {
    const person = await world.server.createAccount()
    return { person, factor: await enroll(world.server.parts, person.account.id) }
  }
  async function signOut(page: Page) {
    await page.goto(`${world.server.issuer}/oauth/logout`)
    await press(page, 'Sign out')
    await page.getByRole('heading', { level: 1, name: 'signed out' }).waitFor()
  }
  const signInPage = (page: Page) => page.goto(`${world.server.issuer}/sign-in`)

  for (const javaScript of [true, false]) {
    const how = javaScript ? 'with JavaScript' : 'without JavaScript'

    it(`is not asked for in a browser that its owner trusts, until that ends, ${how}`, async () => {
      const { app, open, server } = world
      const { person, factor } = await somebody()
      const { page } = await open({ javaScript })
      const request = await app.begin()
      await page.goto(request.url)
      await signInHere(page, person)
      await page.getByLabel(TICK).check()
      await page.getByLabel('Code from your authenticator app').fill(await factor.code())
      await press(page, 'Sign in')
      await press(page, 'Allow')
      await tokensOf(app, request, await backAt(page, app, request))
      await signOut(page)

      const again = await app.begin()
      await page.goto(again.url)
      await signInHere(page, person)
      const { claims } = await tokensOf(app, again, await backAt(page, app, again))
      expect(claims['sub']).to.equal(person.account.id)

      await page.goto(`${server.issuer}/account/sessions`)
      const list = page.getByRole('region', { name: 'Trusted browsers' })
      expect(await list.innerText()).to.match(/Chrome.*\n*.*this one/)
      await list.getByRole('button', { name: /^Stop trusting/ }).click()
      await page.getByText('asked for the second step again').waitFor()
      await signOut(page)
      await signInPage(page)
      await signInHere(page, person)
      expect(await heading(page)).to.equal('Enter your code')
    })

    it(`takes a code by mail from somebody without the phone, ${how}`, async () => {
      const { app, open, server } = world
      const { person } = await somebody()
      const { page } = await open({ javaScript })
      const request = await app.begin()
      await page.goto(request.url)
      await signInHere(page, person)
      await press(page, 'Email me a code instead')
      await page.getByRole('heading', { name: 'Check your email' }).waitFor()
      const { text } = await server.waitForMail(person.email, /sign-in code/)
      await page.getByLabel('Code from the email').fill('00000000')
      await press(page, 'Sign in')
      await page.getByText('That code is not right').first().waitFor()
      await page.getByLabel('Code from the email').fill(/\b\d{4} \d{4}\b/.exec(text)?.[0] ?? '')
      await press(page, 'Sign in')
      await press(page, 'Allow')
      const { subject } = await tokensOf(app, request, await backAt(page, app, request))
      expect(subject).to.equal(person.account.id)

      // An app that asks for the level is not content with it, and no mail is offered there.
      const strict = await app.begin({ acr_values: LEVELS[1] })
      await page.goto(strict.url)
      await page.getByRole('heading', { name: 'Enter your code' }).waitFor()
      expect(await page.getByRole('button', { name: 'Email me a code instead' }).count()).to.equal(0)
      expect(await page.getByLabel(TICK).count()).to.equal(0)
    })
  }

  it('is not asked for after a passkey that was given with the tick', async () => {
    const { open, server } = world
    const person = await server.createAccount()
    const { page } = await open()
    await addAuthenticator(page)
    await signInToAccount(page, server.issuer, person)
    await page.goto(`${server.issuer}/account/security/passkeys/new`)
    await press(page, 'Create a passkey')
    await page.waitForURL(/\/codes$/)
    await press(page, 'I saved these codes')
    await page.waitForURL(/\/security$/)
    await signOut(page)
    // In a browser that offers none in the field: it would answer before the password is typed.
    await page.addInitScript(() => {
      PublicKeyCredential.isConditionalMediationAvailable = () => Promise.resolve(false)
    })
    await signInPage(page)
    await signInHere(page, person)
    await page.getByRole('heading', { name: 'Use your passkey' }).waitFor()
    await page.getByLabel(TICK).check()
    await press(page, 'Use a passkey')
    await page.waitForURL(`${server.issuer}/account`)
    await signOut(page)
    await signInPage(page)
    await signInHere(page, person)
    await page.waitForURL(`${server.issuer}/account`)
  })
})
