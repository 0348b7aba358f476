/** Every page of the administration, as its tables have them: a new page is walked through by itself. */
import { expect } from 'chai'
import { everyPage, inBrowser, walk } from '../support/admin-walk.ts'
import { administered } from '../support/administered.ts'
import { openAdministration } from '../support/administrators.ts'
import { inService } from './world.ts'

const KINDS = [
  { name: 'on a desktop and on a narrow phone', javaScript: true, device: 'desktop', widths: [1280, 320] },
  { name: 'without JavaScript on a narrow phone', javaScript: false, device: 'phone', widths: [320] },
] as const

inService('The pages of the administration', (world) => {
  for (const { name, javaScript, device, widths } of KINDS)
    it(`open, fit, and are all found by links, ${name}`, async () => {
      const { page } = await world.open({ javaScript, device })
      const { things } = await administered(world.server)
      await openAdministration(page, world.server)
      const { opened, faults } = await walk(world.server.issuer, things, inBrowser(page, widths))
      expect(faults, faults.join('\n')).to.eql([])
      expect(opened).to.include.members(everyPage())
    })
})
