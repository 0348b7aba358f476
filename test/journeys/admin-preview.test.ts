import { expect } from 'chai'
import { verifyAddress } from '../../src/accounts/operator/operator-address.ts'
import { createGroup } from '../../src/groups/groups.ts'
import { administered } from '../support/administered.ts'
import { openAdministration } from '../support/administrators.ts'
import { heading, press } from './steps.ts'
import { inService } from './world.ts'

inService('What an app would see of a person', (world) => {
  for (const { device, javaScript } of [
    { device: 'desktop', javaScript: true },
    { device: 'phone', javaScript: false },
  ] as const)
    it(`is one press away from their page, ${device}${javaScript ? '' : ' without JavaScript'}`, async () => {
      const { server } = world
      const { page } = await world.open({ javaScript, device })
      const { ann } = await administered(server)
      await verifyAddress(server.parts, ann.account.id, { actor: 'cli' })
      const group = await createGroup(server.parts, { name: `Staff ${ann.email}` }, { actor: 'cli' })
      await openAdministration(page, server, { path: `/admin/accounts/${ann.account.id}` })
      await page.getByRole('link', { name: 'What the app sees' }).click()
      expect(await heading(page)).to.equal('What would this app see?')
      const shown = () => page.locator('main').innerText()
      expect(await shown())
        .to.contain('The person may use this app')
        .and.contain(ann.email)
        .and.contain('Claims at userinfo')

      await page.getByLabel('Scopes').fill('openid phone')
      await press(page, 'Show')
      expect(await shown())
        .to.contain('The app may not have these scopes: phone')
        .and.not.contain(ann.email)
      await page.getByLabel('Account').fill('nobody@example.org')
      await press(page, 'Show')
      expect(await shown()).to.contain('There is no such account.')

      // From the app to somebody who may not use it, and on to their page.
      await page.getByRole('link', { name: 'Notes' }).click()
      await page.getByRole('link', { name: 'Change a client' }).click()
      await page.getByLabel('Only for members of these groups').fill(group.id)
      await press(page, 'Save')
      expect(await shown()).to.contain('The client was changed.')
      await page.getByRole('link', { name: 'What would this app see of a person?' }).click()
      await page.getByLabel('Account').fill(ann.email)
      await press(page, 'Show')
      expect(await shown())
        .to.contain('The person may not use this app')
        .and.contain(group.name)
      await page.getByRole('link', { name: 'Ann Example' }).click()
      expect(await heading(page)).to.equal('Ann Example')
    })
})
