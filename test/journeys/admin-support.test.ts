import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { signIn } from '../../src/accounts/journeys/sign-in.ts'
import { SECTIONS } from '../../src/admin/sections/sections.ts'
import { listSessions } from '../../src/sessions/account-sessions.ts'
import { inBrowser, walk } from '../support/admin-walk.ts'
import { administered } from '../support/administered.ts'
import { openAdministration } from '../support/administrators.ts'
import { linkIn } from '../support/letter.ts'
import { heading, press, signInHere, signInToAccount } from './steps.ts'
import { inService } from './world.ts'

const PAUSED_AFTER = 15

inService('Somebody with the role support', (world) => {
  const said = (page: Page) => page.locator('main').innerText()

  for (const { device, javaScript } of [
    { device: 'desktop', javaScript: true },
    { device: 'phone', javaScript: false },
  ] as const) {
    const how = `${device}${javaScript ? '' : ' without JavaScript'}`

    it(`unlocks a person, ends their sessions and sends them a reset, ${how}`, async () => {
      const { server } = world
      const ann = await server.createAccount()
      const [{ page: hers }, { page }] = [
        await world.open({ device }),
        await world.open({ javaScript, device }),
      ]
      await signInToAccount(hers, server.issuer, ann)
      // As if she had typed it: a process that refused her itself would remember the pause for some seconds.
      const [session] = await listSessions(server.parts.db, ann.account.id, server.parts.clock())
      for (let tries = 0; tries < PAUSED_AFTER; tries += 1)
        await signIn(server.parts, { email: ann.email, password: 'mistyped', ip: session?.ip ?? '' })

      await openAdministration(page, server, { role: 'support' })
      await page.getByRole('link', { name: 'Accounts' }).first().click()
      await page.getByLabel('Email, name, user name or id').fill(ann.email)
      await press(page, 'Search')
      await page.getByRole('link', { name: ann.email }).click()
      await page.getByRole('link', { name: 'Unlock an account' }).click()
      await press(page, 'Unlock')
      expect(await said(page)).to.contain('The account was unlocked.')
      await page.getByRole('link', { name: 'End all sessions and access of an account' }).click()
      await press(page, 'End all')
      expect(await said(page)).to.contain('All sessions and access have ended.')
      await hers.reload()
      expect(await heading(hers)).to.equal('Sign in')
      await signInHere(hers, ann)
      expect(await heading(hers)).to.equal('Your account')
      await page.getByRole('link', { name: 'Mail the person a link to choose a new password' }).click()
      await press(page, 'Send the link')
      expect(await said(page)).to.contain('The link was sent.')
      expect(linkIn(await server.waitForMail(ann.email, /^Reset/), '/reset')).to.contain('token=')
    })

    it(`finds only what the role allows, and words at other addresses, ${how}`, async () => {
      const { issuer } = world.server
      const { page } = await world.open({ javaScript, device })
      const { things } = await administered(world.server)
      const widths = javaScript ? [1280, 320] : [320]
      await openAdministration(page, world.server, { role: 'support' })
      const { opened, faults } = await walk(issuer, things, inBrowser(page, widths))
      expect(faults, faults.join('\n')).to.eql([])
      const forbidden = SECTIONS.map(({ name }) => name).filter((section) => !opened.includes(section))
      expect(forbidden.length, forbidden.join()).to.be.greaterThan(5)
      for (const section of forbidden) {
        await page.goto(`${issuer}/admin/${section}`)
        expect(await said(page), section).to.contain('Your role does not allow this.')
      }
    })
  }
})
