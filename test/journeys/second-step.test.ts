import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { enroll } from '../factors/enrolled.ts'
import { backAt, heading, press, signInHere, tokensOf } from './steps.ts'
import { inBothSettings } from './world.ts'

inBothSettings('Signing in with a second factor', (world) => {
  async function somebody() {
    const person = await world.server.createAccount()
    return { person, factor: await enroll(world.server.parts, person.account.id) }
  }
  async function giveCode(page: Page, code: string) {
    await page.getByLabel('Code from your authenticator app').fill(code)
    await press(page, 'Sign in')
  }

  it('takes the code of the app, without JavaScript too, and survives reload and back', async () => {
    const { app, open } = world
    const { person, factor } = await somebody()
    const request = await app.begin()
    const { page } = await open({ javaScript: false })
    await page.goto(request.url)
    await signInHere(page, person)
    expect(await heading(page)).to.equal('Enter your code')
    await giveCode(page, factor.wrong())
    expect(await page.locator('main').innerText()).to.contain('That code is wrong or was already used.')
    await page.reload()
    expect(await heading(page)).to.equal('Enter your code')
    await page.goBack()
    await page.goForward()
    expect(await heading(page)).to.equal('Enter your code')
    await giveCode(page, await factor.code())
    await press(page, 'Allow')
    const { subject } = await tokensOf(app, request, await backAt(page, app, request))
    expect(subject).to.equal(person.account.id)
  })

  it('takes a recovery code instead, and the way there is by keyboard and words', async () => {
    const { app, open } = world
    const { person, factor } = await somebody()
    const request = await app.begin()
    const { page } = await open()
    await page.goto(request.url)
    await signInHere(page, person)
    await page.getByRole('link', { name: 'Use a recovery code instead' }).click()
    expect(await heading(page)).to.equal('Enter a recovery code')
    await page.getByLabel('Recovery code').fill(factor.recoveryCodes[0] ?? '')
    await page.keyboard.press('Enter')
    await press(page, 'Allow')
    await tokensOf(app, request, await backAt(page, app, request))
    await world.server.waitForMail(person.email, /recovery code was used/)
  })

  it('lets another person sign in instead, and leads back to the app', async () => {
    const { app, open, server } = world
    const { person } = await somebody()
    const other = await server.createAccount()
    const request = await app.begin()
    const { page } = await open()
    await page.goto(request.url)
    await signInHere(page, person)
    await page.getByRole('link', { name: 'Not you?' }).click()
    await signInHere(page, other)
    await press(page, 'Allow')
    const { subject } = await tokensOf(app, request, await backAt(page, app, request))
    expect(subject).to.equal(other.account.id)
  })
})
