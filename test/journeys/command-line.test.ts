import { expect } from 'chai'
import { administrator, ownMachine } from '../cli/server/command-line-at.ts'
import { heading, press, signInHere } from './steps.ts'
import { inService } from './world.ts'

inService('The command line on a machine of one’s own', (world) => {
  const machine = ownMachine()
  after(() => machine.remove())

  for (const { title, javaScript, device } of [
    { title: 'on a desktop', javaScript: true, device: 'desktop' as const },
    { title: 'on a phone without JavaScript', javaScript: false, device: 'phone' as const },
  ])
    it(`signs in by a browser ${title}, and does what support asks`, async () => {
      const { server } = world
      const admin = await administrator(server)
      const ann = await server.createAccount()
      const { address, code, outcome } = await machine.login(server.issuer)
      const { page } = await world.open({ javaScript, device })
      await page.goto(address)
      await signInHere(page, admin)
      await page.getByLabel('Code from your authenticator app').fill(await admin.factor.code())
      await press(page, 'Sign in')
      expect(await heading(page)).to.equal('Connect this device?')
      const text = await page.locator('main').innerText()
      expect(text).to.contain(code).and.contain('command line')
      await press(page, 'Connect')
      expect(await heading(page)).to.equal('Device connected')
      expect(await outcome).to.include({ code: 0 })
      const shown = await machine.cli(['account', 'show', ann.email, '--server', server.issuer])
      expect(shown.stdout).to.contain(ann.account.id)
      expect(await machine.cli(['logout', '--server', server.issuer])).to.include({ code: 0 })
    })
})
