import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { LEVELS } from '../../src/accounts/levels.ts'
import { addAuthenticator } from '../passkeys/virtual-authenticator.ts'
import { backAt, heading, press, signInHere, signInToAccount, tokensOf } from './steps.ts'
import { inService } from './world.ts'

const PAGE = '/account/security'

inService('A passkey', (world) => {
  const notice = (page: Page) => page.getByRole('status').first().innerText()

  /** Somebody signed in by password, who adds a passkey on the page of their security. */
  async function withPasskey() {
    const { server, open } = world
    const person = await server.createAccount()
    const { page } = await open()
    const key = await addAuthenticator(page)
    await signInToAccount(page, server.issuer, person)
    await page.getByRole('link', { name: 'Security' }).click()
    await page.getByRole('link', { name: 'Add a passkey' }).click()
    expect(await heading(page)).to.equal('Add a passkey')
    await press(page, 'Create a passkey')
    await page.waitForURL(/\/codes$/)
    expect(await heading(page)).to.equal('Save your recovery codes')
    const codes = await page.getByRole('listitem').locator('code').allInnerTexts()
    await press(page, 'I saved these codes')
    return { person, page, key, codes }
  }

  async function signOut(page: Page) {
    await page.goto(`${world.server.issuer}/oauth/logout`)
    await press(page, 'Sign out')
  }

  it('is added, signs in without a password, gets a name, and is removed', async () => {
    const { server } = world
    const { page, key } = await withPasskey()
    expect(await key.credentials()).to.have.length(1)
    await signOut(page)
    // In a browser that offers none in the field: it would answer before the button is pressed.
    await page.addInitScript(() => {
      PublicKeyCredential.isConditionalMediationAvailable = () => Promise.resolve(false)
    })
    await page.goto(`${server.issuer}/sign-in`)
    await press(page, 'Sign in with a passkey')
    await page.waitForURL(`${server.issuer}/account`)
    expect(await heading(page)).to.equal('Your account')

    await page.goto(server.issuer + PAGE)
    await page.getByRole('link', { name: /^Rename / }).click()
    await page.getByLabel('Name').fill('Key ring')
    await press(page, 'Save')
    expect(await notice(page)).to.contain('new name')
    const list = page.getByRole('region', { name: 'Passkeys' })
    expect(await list.innerText())
      .to.contain('Key ring')
      .and.match(/Last used/)
    await page.getByRole('link', { name: 'Remove Key ring' }).click()
    await press(page, 'Remove the passkey')
    expect(await notice(page)).to.equal('The passkey is removed.')
    expect(await page.getByText('off', { exact: true }).count()).to.equal(1)
  })

  it('is offered in the field of the address, and signs in to an app at the strongest level', async () => {
    const { app } = world
    const { page } = await withPasskey()
    await signOut(page)
    const request = await app.begin({ acr_values: LEVELS[2] })
    // The virtual authenticator answers at once, as if the person chose the passkey in the field.
    await page.goto(request.url)
    await press(page, 'Allow')
    const { claims } = await tokensOf(app, request, await backAt(page, app, request))
    expect(claims['acr']).to.equal(LEVELS[2])
  })

  it('is the second step after the password, beside a recovery code', async () => {
    const { server, open } = world
    const { person, page, key, codes } = await withPasskey()
    await signOut(page)
    await key.touches(false)
    await page.goto(`${server.issuer}/sign-in`)
    await signInHere(page, person)
    expect(await heading(page)).to.equal('Use your passkey')
    await key.touches(true)
    await press(page, 'Use a passkey')
    await page.waitForURL(`${server.issuer}/account`)

    const elsewhere = await open({ javaScript: false, device: 'phone' })
    await elsewhere.page.goto(`${server.issuer}/sign-in`)
    expect(await elsewhere.page.getByRole('button', { name: 'passkey' }).count()).to.equal(0)
    await signInHere(elsewhere.page, person)
    expect(await elsewhere.page.locator('main').innerText()).to.contain('need JavaScript')
    await elsewhere.page.getByRole('link', { name: 'Use a recovery code instead' }).click()
    await elsewhere.page.getByLabel('Recovery code').fill(codes[0]!)
    await press(elsewhere.page, 'Sign in')
    expect(await heading(elsewhere.page)).to.equal('Your account')
  })

  it('that is not there, or is refused by the person, leaves the other ways, with words', async () => {
    const { server, open } = world
    const { page } = await open()
    const key = await addAuthenticator(page, { present: false })
    await page.goto(`${server.issuer}/sign-in`)
    await key.touches(true)
    await press(page, 'Sign in with a passkey')
    await page.getByText('No passkey was used').waitFor()
    await signInHere(page, await server.createAccount())
    expect(await heading(page)).to.equal('Your account')
  })

  it('is added on the way to an app that asks for one', async () => {
    const { server, open, app } = world
    const person = await server.createAccount()
    const { page } = await open()
    await addAuthenticator(page)
    const request = await app.begin({ acr_values: LEVELS[2] })
    await page.goto(request.url)
    await signInHere(page, person)
    expect(await heading(page)).to.equal('Add a passkey')
    expect(await page.locator('main').innerText()).to.contain('Reading List asks for a passkey')
    await press(page, 'Create a passkey')
    await press(page, 'I saved these codes')
    await press(page, 'Allow')
    const { claims } = await tokensOf(app, request, await backAt(page, app, request))
    expect(claims['acr']).to.equal(LEVELS[2])
  })
})
