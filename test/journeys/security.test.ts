import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { LEVELS } from '../../src/accounts/levels.ts'
import { authenticator } from '../factors/authenticator.ts'
import type { Person } from '../support/running-server.ts'
import { readQrCode } from '../support/qr-reader.ts'
import { backAt, heading, press, signInHere, signInToAccount, tokensOf } from './steps.ts'
import { inService } from './world.ts'

const PAGE = '/account/security'

inService('An authenticator app', (world) => {
  const notice = (page: Page) => page.getByRole('status').innerText()

  /** From the link in the menu to the QR code. Answers the app that scanned it. */
  async function scan(page: Page) {
    await page.getByRole('link', { name: 'Security' }).click()
    await press(page, 'Set up an authenticator app')
    expect(await heading(page)).to.equal('Set up your authenticator app')
    return authenticator(readQrCode(await page.content()))
  }

  async function enterCode(page: Page, code: string) {
    await page.getByLabel('Code from the app').fill(code)
    await press(page, 'Turn on two-step sign-in')
  }

  async function signOut(page: Page, issuer: string) {
    await page.goto(`${issuer}/oauth/logout`)
    await press(page, 'Sign out')
  }

  async function startSignIn(page: Page, issuer: string, person: Person) {
    await page.goto(`${issuer}/sign-in`)
    await signInHere(page, person)
    expect(await heading(page)).to.equal('Enter your code')
  }

  for (const [title, options] of [
    ['on a desktop', {}],
    ['on a phone, without JavaScript', { javaScript: false, device: 'phone' }],
  ] as const)
    it(`is set up, signs in and is removed ${title}, past a wrong code, a reload and the back button`, async () => {
      const { server, open } = world
      const person = await server.createAccount()
      const { page } = await open(options)
      await signInToAccount(page, server.issuer, person)
      const app = await scan(page)
      await enterCode(page, app.wrongCodeAt(Date.now()))
      expect(await page.locator('.field-error').innerText()).to.contain('not the code')
      await enterCode(page, app.codeAt(Date.now()))
      expect(await heading(page)).to.equal('Save your recovery codes')
      const codes = await page.getByRole('listitem').locator('code').allInnerTexts()
      expect(codes).to.have.length(10)
      await page.reload()
      expect(await page.getByRole('listitem').locator('code').allInnerTexts()).to.eql(codes)
      const downloaded = page.waitForEvent('download')
      await page.getByRole('link', { name: 'download them' }).click()
      expect((await downloaded).suggestedFilename()).to.equal('recovery-codes.txt')

      await press(page, 'I saved these codes')
      expect(await notice(page)).to.match(/^Two-step sign-in is on/)
      await page.goBack()
      expect(await notice(page)).to.match(/shown only once/)

      await signOut(page, server.issuer)
      await startSignIn(page, server.issuer, person)
      await page.getByLabel('Code from your authenticator app').fill(app.codeAt(Date.now(), 1))
      await press(page, 'Sign in')
      expect(await heading(page)).to.equal('Your account')
      await signOut(page, server.issuer)
      await startSignIn(page, server.issuer, person)
      await page.getByRole('link', { name: 'Use a recovery code instead' }).click()
      await page.getByLabel('Recovery code').fill(codes[0]!)
      await press(page, 'Sign in')
      expect(await heading(page)).to.equal('Your account')

      await page.goto(server.issuer + PAGE)
      expect(await page.locator('main').innerText()).to.contain('9 of 10 left')
      await page.getByRole('link', { name: 'Remove the authenticator app' }).click()
      await press(page, 'Remove the app')
      expect(await notice(page)).to.match(/^The authenticator app is removed/)
      expect(await page.getByRole('button', { name: 'Set up an authenticator app' }).count()).to.equal(1)
    })

  it('is set up on the way to an app, without JavaScript, and back and reload lead on', async () => {
    const { server, open, app } = world
    const person = await server.createAccount()
    const { page } = await open({ javaScript: false, device: 'phone' })
    const declined = await app.begin({ acr_values: LEVELS[1] })
    await page.goto(declined.url)
    await signInHere(page, person)
    expect(await heading(page)).to.equal('Set up your authenticator app')
    await press(page, 'Not now')
    const refused = await backAt(page, app, declined)
    expect(refused.searchParams.get('error')).to.equal('unmet_authentication_requirements')

    const request = await app.begin({ acr_values: LEVELS[1] })
    await page.goto(request.url)
    await enterCode(page, authenticator(readQrCode(await page.content())).codeAt(Date.now()))
    expect(await heading(page)).to.equal('Save your recovery codes')
    await page.reload()
    await press(page, 'I saved these codes')
    expect(await heading(page)).to.contain('Reading List')
    await page.goBack()
    expect(await heading(page)).to.contain('Reading List')
    await press(page, 'Allow')
    const { claims } = await tokensOf(app, request, await backAt(page, app, request))
    expect(claims['acr']).to.equal(LEVELS[1])
  })
})
