import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { findAccountByEmail } from '../../src/accounts/account.ts'
import { deleteDueAccounts } from '../../src/accounts/life/deletion.ts'
import { purgeUnverified } from '../../src/accounts/life/housekeeping.ts'
import { remindOfDeletions, remindUnverified } from '../../src/accounts/life/reminders.ts'
import { DAY_MS } from '../../src/platform/clock.ts'
import { codeIn, linkIn } from '../support/letter.ts'
import { heading, press, signInHere, signInToAccount } from './steps.ts'
import { inBothSettings } from './world.ts'

const CHOSEN = 'seven bridges over one river'
/** More than all journeys leave behind. */
const ALL = 1000

let newcomers = 0
const anyAddress = () => `late-${(newcomers += 1)}.longer-name+letters-${Date.now()}@example.org`

inBothSettings('A letter before an account goes', (world) => {
  const main = (page: Page) => page.locator('main').innerText()

  async function register(page: Page, email: string): Promise<void> {
    await page.goto(`${world.server.issuer}/register`)
    await registerHere(page, email)
  }
  async function registerHere(page: Page, email: string): Promise<void> {
    await page.getByLabel('Email').fill(email)
    await page.getByLabel('Password', { exact: true }).fill(CHOSEN)
    await press(page, 'Create account')
    expect(await heading(page)).to.equal('Check your email')
  }
  const keptMs = () => world.server.parts.config.accounts.unverifiedAccountExpireMs
  const remind = () => remindUnverified(world.server.parts, Date.now() + keptMs() * 0.75, ALL)
  const purge = () => purgeUnverified(world.server.parts.db, Date.now() + keptMs() + 1000, keptMs(), ALL)

  for (const javaScript of [true, false]) {
    const how = javaScript ? 'with JavaScript' : 'without JavaScript'

    it(`leads to a way to confirm the address, and after the purge to a new account, ${how}`, async () => {
      const { server, open } = world
      const [kept, gone] = [anyAddress(), anyAddress()]
      const { page: first } = await open({ javaScript })
      for (const email of [kept, gone]) await register(first, email)
      await remind()

      const { page } = await open({ javaScript, device: 'phone' })
      const letter = await server.waitForMail(kept, /will be deleted$/)
      await page.goto(linkIn(letter, '/sign-in'))
      await signInHere(page, { email: kept, password: CHOSEN })
      const { text: before } = await server.waitForMail(kept, /^Activate/)
      await press(page, 'Send another email')
      const mail = await server.waitForMail(kept, /^Activate/, ({ text }) => text !== before)
      await page.getByLabel('Code from the email').fill(codeIn(mail))
      await press(page, 'Confirm')
      expect(await main(page))
        .to.contain('confirmed')
        .and.not.contain('Send another email')

      const activation = await server.waitForMail(gone, /^Activate/)
      const { page: late } = await open({ javaScript, device: 'phone' })
      await purge()
      expect(await findAccountByEmail(server.parts.db, kept), 'confirmed').not.to.equal(undefined)
      expect(await findAccountByEmail(server.parts.db, gone), 'not confirmed').to.equal(undefined)
      await late.goto(linkIn(await server.waitForMail(gone, /will be deleted$/), '/sign-in'))
      await signInHere(late, { email: gone, password: CHOSEN })
      expect(await main(late)).to.contain('is not right')
      await late.goto(linkIn(activation, '/activate'))
      expect(await heading(late)).to.equal('This link no longer works')
      expect(await late.getByRole('link', { name: 'Create an account' }).count()).to.equal(1)
      await press(late, 'Get a new link')
      expect(await heading(late)).to.equal('Check your email')
      await late.getByRole('link', { name: 'Create an account' }).click()
      await registerHere(late, gone)
      const again = await server.waitForMail(gone, /^Activate/, ({ text }) => text !== activation.text)
      await late.getByLabel('Code from the email').fill(codeIn(again))
      await press(late, 'Confirm')
      expect(await heading(late)).to.equal('Your account')
    })

    it(`says how to keep an account that is to be deleted, and leads on after that, ${how}`, async () => {
      const { server, open } = world
      const person = await server.createAccount({ email: anyAddress() })
      const { page } = await open({ javaScript })
      const ask = async () => {
        await page.getByRole('link', { name: 'Delete your account' }).click()
        await press(page, 'Delete my account')
        expect(await heading(page)).to.equal('Your account will be deleted')
      }
      await signInToAccount(page, server.issuer, person)
      await ask()
      const requested = await server.waitForMail(person.email, /will be deleted$/)
      await remindOfDeletions(server.parts, Date.now() + 12.5 * DAY_MS, ALL)
      const soon = await server.waitForMail(person.email, /will be deleted soon$/)

      for (const letter of [requested, soon]) {
        const { page: phone } = await open({ javaScript, device: 'phone' })
        await phone.goto(linkIn(letter, '/sign-in'))
        await signInHere(phone, person)
        expect(await heading(phone), letter.subject).to.equal('Your account')
        await phone.goto(linkIn(letter, '/forgot'))
        expect(await heading(phone), letter.subject).to.equal('Forgot your password?')
      }
      await server.waitForMail(person.email, /will not be deleted$/)
      await signInToAccount(page, server.issuer, person)
      await ask()
      await deleteDueAccounts(server.parts, Date.now() + 14.1 * DAY_MS, ALL)
      expect(await findAccountByEmail(server.parts.db, person.email)).to.equal(undefined)

      const { page: late } = await open({ javaScript, device: 'phone' })
      await late.goto(linkIn(soon, '/forgot'))
      await late.getByLabel('Email').fill(person.email)
      await press(late, 'Send the link')
      await late.goto(linkIn(soon, '/sign-in'))
      await signInHere(late, person)
      expect(await main(late)).to.contain('is not right')
      await late.getByRole('link', { name: 'Create an account' }).click()
      expect(await heading(late)).to.equal('Create your account')
    })
  }
})
