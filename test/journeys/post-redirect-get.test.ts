import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { openStage, PASSWORD } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { openBrowser } from '../support/browser.ts'
import { heading, press, signInHere } from './steps.ts'

const NAME = 'Your name'

for (const javaScript of [true, false])
  describe(`After a form, with${javaScript ? '' : 'out'} JavaScript,`, () => {
    let stage: Stage
    let page: Page
    let close: () => Promise<void>
    let sent: string[]

    before(async () => {
      stage = await openStage({ store: 'sqlite' })
    })
    after(() => stage.stop())
    beforeEach(async () => {
      const browser = await openBrowser({ javaScript })
      page = browser.page
      close = () => browser.context.close()
      sent = []
      browser.context.on('request', (request) => {
        if (request.method() === 'POST') sent.push(new URL(request.url()).pathname)
      })
    })
    afterEach(() => close())

    const main = () => page.locator('main').innerText()
    const open = (path: string) => page.goto(stage.issuer + path)

    /** Presses, and then reloads and goes back and forth as people do: that sends nothing again. */
    async function send(button: string, words: string): Promise<void> {
      sent = []
      await press(page, button)
      expect(await main(), words).to.contain(words)
      const at = page.url()
      await page.reload()
      await page.goBack()
      await page.goForward()
      expect([sent.length, page.url()], `${button}: ${words}`).to.eql([1, at])
    }

    it('reload and back send nothing again: on the pages for strangers', async () => {
      await open('/register')
      await page.getByLabel(NAME).fill('Ada Example')
      await press(page, 'Create account')
      expect(await page.getByLabel(NAME).inputValue(), 'typed values stay').to.equal('Ada Example')
      await send('Create account', 'Use at least')
      await page.getByLabel('Email').fill('ada@example.org')
      await page.getByLabel('Password').fill(PASSWORD)
      await send('Create account', 'ada@example.org')
      expect(await main(), 'after the reload').to.contain('ada@example.org')
      await send('Confirm', 'Enter the code from the email.')
      await send('Send another email', 'Another email is on its way')
      expect(await main(), 'once').not.to.contain('Another email')

      await open('/forgot')
      expect(await page.getByLabel('Email').inputValue(), 'typed before').to.equal('ada@example.org')
      await page.getByLabel('Email').fill('')
      await send('Send the link', 'Enter your email')
      await page.getByLabel('Email').fill('ada@example.org')
      await send('Send the link', 'ada@example.org')
      await open('/sign-in')
      await send('Sign in', 'Enter your password')
    })

    it('reload and back send nothing again: on the pages of one’s account', async () => {
      const person = await stage.person({ verified: false })
      await open('/sign-in')
      await signInHere(page, { ...person, password: 'not this one' })
      expect(await main()).to.contain('is not right')
      expect(await page.getByLabel('Email').inputValue()).to.equal(person.email)
      await signInHere(page, { ...person, password: PASSWORD })
      await send('Send another email', 'Another email is on its way')
      await send('Confirm', 'Enter the code')
      await page.getByLabel(NAME).fill('see www.spam.example')
      await send('Save', 'Use a plain name')
      await page.getByLabel(NAME).fill('Ada Example')
      await send('Save', 'Saved.')
      expect(await main(), 'once').not.to.contain('Saved.')
      await open('/account/password')
      await page.getByLabel('Current password').fill(PASSWORD)
      await page.getByLabel('New password').fill('seven purple kettles')
      await send('Save password', 'Password changed')
      expect(await heading(page)).to.equal('Password')
    })

    it('reload and back send nothing again: after too many attempts', async () => {
      const { email } = await stage.person()
      await open('/sign-in')
      for (let tries = 0; tries < 15; tries += 1) await signInHere(page, { email, password: 'not this one' })
      sent = []
      await signInHere(page, { email, password: PASSWORD })
      const paused = async () => expect(await heading(page)).to.equal('Too many attempts')
      await paused()
      expect(await main()).to.match(/Try again in \d+ minutes/)
      await page.waitForLoadState()
      await page.reload()
      await paused()
      await page.goBack()
      await page.goForward()
      await paused()
      await page.getByRole('link', { name: 'Try again' }).click()
      await page.getByRole('heading', { name: 'Sign in' }).waitFor()
      expect(await page.getByLabel('Email').inputValue()).to.equal(email)
      expect(sent).to.have.length(1)
    })
  })
