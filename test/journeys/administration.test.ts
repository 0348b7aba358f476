import { expect } from 'chai'
import { openAdministration } from '../support/administrators.ts'
import { press } from './steps.ts'
import { inBothSettings } from './world.ts'

inBothSettings('The administration pages', (world) => {
  for (const javaScript of [true, false])
    it(`find a person, disable and enable the account, ${javaScript ? 'on a desktop' : 'on a phone without JavaScript'}`, async () => {
      const kind = javaScript ? 'desktop' : 'phone'
      const { page } = await world.open({ javaScript, device: kind })
      await openAdministration(page, world.server)
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
