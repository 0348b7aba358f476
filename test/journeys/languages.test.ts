import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { register } from '../provider/relying-party.ts'
import { PASSWORD, sqliteStage } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { openBrowser } from '../support/browser.ts'
import type { OpenBrowser } from '../support/browser.ts'
import { codeIn } from '../support/letter.ts'
import { heading, press, signInToAccount } from './steps.ts'

const PAGES_OF_STRANGERS = [
  '/',
  '/sign-in',
  '/register',
  '/forgot',
  '/activate',
  '/reset',
  '/not-me',
  '/device',
  '/nowhere',
]
const PAGES_OF_ACCOUNTS = [
  '',
  '/password',
  '/security',
  '/sessions',
  '/sessions/history',
  '/apps',
  '/requests',
]

describe('The languages of the pages', () => {
  let stage: Stage
  let browser: OpenBrowser

  before(async () => {
    stage = await sqliteStage()
  })
  beforeEach(async () => {
    browser = await openBrowser()
  })
  afterEach(() => browser.context.close())

  const speak = (language: string) =>
    browser.context.addCookies([
      { name: 'as_language', value: `${language}.${Date.now()}`, url: stage.issuer },
    ])

  it('have every text in the catalogue: nothing stays in plain letters in the pseudo-language', async () => {
    const person = await stage.person()
    await signInToAccount(browser.page, stage.issuer, { ...person, password: PASSWORD })
    await speak('en-XA')
    await expectPseudo(
      PAGES_OF_ACCOUNTS.map((path) => `/account${path}`),
      [person.email, person.name],
    )
    await browser.context.clearCookies()
    await speak('en-XA')
    await expectPseudo(PAGES_OF_STRANGERS)
  })

  async function expectPseudo(paths: readonly string[], data: readonly string[] = []): Promise<void> {
    for (const path of paths) {
      await browser.page.goto(stage.issuer + path)
      const text = await readOn(browser.page)
      const given = [...data, stage.parts.config.serverName, 'English', 'Chrome', 'Linux'].join(' ')
      const words = (text.match(/(?<![\p{L}\p{N}.])[A-Za-z]{4,}(?![\p{L}\p{N}])/gu) ?? []).filter(
        (word) => !given.includes(word),
      )
      expect(words, `${path}: ${text}`).to.eql([])
    }
  }

  it('go with a person from the app through registration and mail to the account', async () => {
    const app = await register(stage)
    const { page } = browser
    await page.goto(new URL(app.authorizePath({ ui_locales: 'ru', prompt: undefined }), stage.issuer).href)
    await page.getByRole('link', { name: 'Создать' }).click()
    expect(await heading(page)).to.equal('Создание аккаунта')
    const email = `ru-${Date.now()}@example.org`
    await page.getByLabel('Электронная почта').fill(email)
    await page.getByLabel('Пароль', { exact: true }).fill('семь пурпурных чайников')
    await press(page, 'Создать аккаунт')
    expect(await heading(page)).to.equal('Проверьте почту')
    const mail = await stage.waitForMail(email)
    expect(mail.text).to.match(/[а-яё]{5}/)
    expect(mail.text).not.to.match(/somebody|your/i)
    await page.getByLabel('Код из письма').fill(codeIn(mail))
    await press(page, 'Подтвердить')
    expect(await heading(page)).to.contain('запрашивает доступ')
    await browser.context.clearCookies({ name: 'as_language' })
    await page.goto(`${stage.issuer}/account`)
    expect(await heading(page), 'the account keeps the language').to.equal('Ваш аккаунт')
  })
})

/** What is read, without dates and what people typed. */
/** Without data: times, codes, and the cities of the time zones, which have English names (IANA). */
async function readOn(page: Page): Promise<string> {
  return page.evaluate(() => {
    for (const one of document.querySelectorAll('time, input, code, optgroup')) one.remove()
    return `${document.title} ${document.body.innerText}`
  })
}
