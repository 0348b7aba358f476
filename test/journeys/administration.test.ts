import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { grantRole } from '../../src/accounts/roles.ts'
import { enroll } from '../factors/enrolled.ts'
import type { Person } from '../support/running-server.ts'
import { heading, press, signInHere } from './steps.ts'
import { inBothSettings } from './world.ts'
import type { World } from './world.ts'

inBothSettings('The administration pages', (world) => {
  async function administrator(page: Page, { server }: World): Promise<Person> {
    const person = await server.createAccount()
    await grantRole(server.parts.db, person.account.id, 'admin')
    const factor = await enroll(server.parts, person.account.id)
    await page.goto(`${server.issuer}/admin`)
    await signInHere(page, person)
    await page.getByLabel('Code from your authenticator app').fill(await factor.code())
    await press(page, 'Sign in')
    expect(await heading(page), await page.locator('main').innerText()).to.equal('Administration')
    return person
  }

  for (const javaScript of [true, false])
    it(`find a person, disable and enable the account, ${javaScript ? 'on a desktop' : 'on a phone without JavaScript'}`, async () => {
      const kind = javaScript ? 'desktop' : 'phone'
      const { page } = await world.open({ javaScript, device: kind })
      await administrator(page, world)
      const ann = await world.server.createAccount()
      await page.getByRole('link', { name: 'Accounts' }).first().click()
      await page.getByLabel('Email, name, user name or id').fill(ann.email)
      await press(page, 'Search')
      await page.getByRole('link', { name: ann.email }).click()
      await page.getByRole('link', { name: 'Disable an account' }).click()
      await press(page, 'Disable')
      expect(await page.locator('main').innerText()).to.contain('The account was disabled.')
      await page.reload()
      expect(await page.locator('main').innerText()).not.to.contain('The account was disabled.')
      await page.getByRole('link', { name: 'Enable an account' }).click()
      await press(page, 'Enable')
      await page.getByRole('link', { name: 'Change the profile' }).click()
    })
})
