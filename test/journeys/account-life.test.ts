import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { deleteDueAccounts } from '../../src/accounts/life/deletion.ts'
import { DAY_MS } from '../../src/platform/clock.ts'
import { photo } from '../pictures/samples.ts'
import { codeIn, linkIn } from '../support/letter.ts'
import { heading, press, signInHere, signInToAccount } from './steps.ts'
import { inBothSettings } from './world.ts'

const CHOSEN = 'a quiet lake in the morning'

let addresses = 0
const anyAddress = () => `moved-${(addresses += 1)}-${Date.now()}@example.org`

inBothSettings('The life of an account', (world) => {
  const main = (page: Page) => page.locator('main').innerText()
  const at = (page: Page, path: string) => page.goto(`${world.server.issuer}${path}`)
  /** The address that the account has now. */
  const addressOf = async (id: string) => {
    const row: { email: string } | undefined = await world.server.parts
      .db('accounts')
      .where({ id })
      .first('email')
    return row?.email
  }

  async function askFor(page: Page, email: string): Promise<void> {
    await at(page, '/account')
    await page.getByRole('link', { name: 'Change', exact: true }).click()
    expect(await heading(page)).to.equal('Change your email')
    await page.getByRole('textbox', { name: 'New email' }).fill(email)
    await press(page, 'Send code')
    await page.getByLabel('Code from the email').waitFor()
  }

  for (const javaScript of [true, false]) {
    const how = javaScript ? 'with JavaScript' : 'without JavaScript'

    it(`changes its address, which a person confirms, keeps, and takes back, ${how}`, async () => {
      const { server, open } = world
      const person = await server.createAccount()
      const { page } = await open({ javaScript })
      await signInToAccount(page, server.issuer, person)

      await askFor(page, anyAddress())
      await press(page, 'Keep my email as it is')
      expect(await main(page))
        .to.contain('Your email stays as it is.')
        .and.contain(person.email)

      const email = anyAddress()
      await askFor(page, email)
      expect(await main(page))
        .to.contain(email)
        .and.contain(person.email)
      await server.waitForMail(person.email, /email/i, ({ text }) => text.includes(email))
      expect(await addressOf(person.account.id), 'until it is confirmed').to.equal(person.email)
      await page.getByLabel('Code from the email').fill(codeIn(await server.waitForMail(email, /^Confirm/)))
      await press(page, 'Confirm')
      expect(await main(page))
        .to.contain('Your email is changed.')
        .and.contain(email)
      expect(await addressOf(person.account.id)).to.equal(email)

      const { page: owners } = await open({ javaScript, device: 'phone' })
      await owners.goto(linkIn(await server.waitForMail(person.email, /was changed$/), '/undo-email'))
      expect(await heading(owners)).to.equal('Take your email back?')
      expect(await addressOf(person.account.id), 'opening changes nothing').to.equal(email)
      await press(owners, 'Take my email back')
      expect(await heading(owners)).to.equal('Your email is back')
      await owners.reload()
      expect(await heading(owners), 'after a reload').to.equal('Your email is back')
      expect(await addressOf(person.account.id)).to.equal(person.email)
      await at(page, '/account')
      expect(await heading(page), 'the session of the other browser').to.equal('Sign in')

      await owners.goto(linkIn(await server.waitForMail(person.email, /^Reset/), '/reset'))
      await owners.getByLabel('New password').fill(CHOSEN)
      await press(owners, 'Save password')
      expect(await heading(owners)).to.equal('Password changed')
      await signInToAccount(owners, server.issuer, { ...person, password: CHOSEN })
    })

    it(`is deleted after 14 days, unless its person signs in, ${how}`, async () => {
      const { server, open } = world
      const person = await server.createAccount()
      const { page } = await open({ javaScript })
      const ask = async () => {
        await page.getByRole('link', { name: 'Delete your account' }).click()
        expect(await main(page))
          .to.contain('After 14 days')
          .and.contain(person.email)
        await press(page, 'Delete my account')
        expect(await heading(page)).to.equal('Your account will be deleted')
      }
      const upkeepIn = (days: number) => deleteDueAccounts(server.parts, Date.now() + days * DAY_MS, 100)

      await signInToAccount(page, server.issuer, person)
      await ask()
      await at(page, '/account')
      expect(await heading(page)).to.equal('Sign in')
      await upkeepIn(13)
      await signInHere(page, person)
      expect(await heading(page), 'a sign-in keeps it').to.equal('Your account')
      await server.waitForMail(person.email, /will not be deleted$/)
      await upkeepIn(15)
      await at(page, '/account')
      expect(await heading(page)).to.equal('Your account')

      await ask()
      await upkeepIn(14.1)
      expect(await addressOf(person.account.id)).to.equal(undefined)
      await at(page, '/sign-in')
      await signInHere(page, person)
      expect(await main(page)).to.contain('is not right')
    })

    it(`has a picture and a time zone of its person’s choice, ${how}`, async () => {
      const { server, open } = world
      const person = await server.createAccount()
      const { page } = await open({ javaScript })
      await signInToAccount(page, server.issuer, person)
      await page.getByLabel('Picture file').setInputFiles({
        name: 'me.jpg',
        mimeType: 'image/jpeg',
        buffer: await photo(),
      })
      await press(page, 'Upload')
      expect(await main(page)).to.contain('Your picture is saved.')
      const shown = page.getByRole('img', { name: 'Your picture' })
      expect(await shown.evaluate((image) => (image as HTMLImageElement).naturalWidth)).to.equal(96)
      await page.getByLabel('Picture file').setInputFiles({
        name: 'me.svg',
        mimeType: 'image/svg+xml',
        buffer: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
      })
      await press(page, 'Upload')
      expect(await main(page)).to.contain('isn’t a JPEG, PNG, WebP or GIF')
      await press(page, 'Remove picture')
      expect(await main(page)).to.contain('Your picture is removed.')

      const proposed = page.getByRole('button', { name: /the time zone of this device/ })
      expect(await proposed.isVisible()).to.equal(javaScript)
      if (javaScript) await proposed.click()
      else await page.getByLabel('Time zone').selectOption('Asia/Tokyo')
      const chosen = await page.getByLabel('Time zone').inputValue()
      await press(page, 'Save')
      expect(await main(page)).to.contain('Saved.')
      expect(await page.getByLabel('Time zone').inputValue())
        .to.equal(chosen)
        .and.not.equal('')
    })
  }
})
