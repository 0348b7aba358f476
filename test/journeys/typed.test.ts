import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { sqliteStage } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { openBrowser } from '../support/browser.ts'
import { heading, press } from './steps.ts'

describe('What somebody typed', () => {
  let stage: Stage
  let page: Page
  let close: () => Promise<void>

  before(async () => {
    stage = await sqliteStage()
  })
  beforeEach(async () => {
    const browser = await openBrowser()
    page = browser.page
    close = () => browser.context.close()
  })
  afterEach(() => close())

  const open = (path: string) => page.goto(stage.issuer + path)
  const follow = (name: string) => page.getByRole('link', { name }).click()
  const email = () => page.getByLabel('Email').inputValue()

  it('goes along to the page of a forgotten password, of a new account, and back', async () => {
    await open('/sign-in')
    await page.getByLabel('Email or username').fill('ada@example.org')
    await follow('Forgot your password?')
    expect(await heading(page)).to.equal('Forgot your password?')
    expect(await email(), 'forgotten').to.equal('ada@example.org')
    await page.getByLabel('Email').fill('ada.two@example.org')
    await follow('Back to sign in')
    expect(await page.getByLabel('Email or username').inputValue(), 'back').to.equal('ada.two@example.org')
    await follow('Create an account')
    expect(await heading(page)).to.equal('Create your account')
    expect(await email(), 'new').to.equal('ada.two@example.org')
    await open('/register')
    expect(await email(), 'the page is opened again').to.equal('')
  })

  it('does not go along where it is a user name, or half an address', async () => {
    await open('/sign-in')
    for (const name of ['ada', 'ada@']) {
      await page.getByLabel('Email or username').fill(name)
      await follow('Forgot your password?')
      expect(await heading(page), name).to.equal('Forgot your password?')
      expect(await email(), name).to.equal('')
      await follow('Back to sign in')
    }
  })

  it('stays when another language is chosen, without the password', async () => {
    await open('/register')
    await page.getByLabel('Your name').fill('Ада')
    await page.getByLabel('Email').fill('ada@example.org')
    await page.getByLabel('Password', { exact: true }).fill('seven bridges over one river')
    await press(page, 'Русский')
    await page.getByRole('heading', { name: 'Создание аккаунта' }).waitFor()
    const typed = ['name', 'email', 'password'].map((name) => page.locator(`[name=${name}]`).inputValue())
    expect(await Promise.all(typed)).to.eql(['Ада', 'ada@example.org', ''])
  })
})
