import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { openAdministration } from '../support/administrators.ts'
import { startRelyingParty } from '../support/relying-party.ts'
import { png } from '../pictures/samples.ts'
import { backAt, heading, press, signInHere } from './steps.ts'
import { inService } from './world.ts'

const LOGO = 'img[src^="/client-logo/"]'

inService('The logo of an app', (world) => {
  for (const { device, javaScript } of [
    { device: 'desktop', javaScript: true },
    { device: 'phone', javaScript: false },
  ] as const)
    it(`is uploaded, seen by a person, and removed, ${device}${javaScript ? '' : ' without JavaScript'}`, async () => {
      const { server, open } = world
      const app = await startRelyingParty(server, { client: { client_name: 'Tide Tables' } })
      const { page: desk } = await open({ javaScript, device })
      await openAdministration(desk, server, { path: `/admin/clients/${app.client.client_id}` })
      await desk.getByRole('link', { name: 'Set the logo of a client' }).click()
      await fitsNarrow(desk)
      await upload(desk, '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')
      expect(await desk.locator('main').innerText()).to.contain('isn’t a JPEG, PNG, WebP or GIF')
      await upload(desk, await png({ width: 600, height: 200 }))
      expect(await desk.locator('main').innerText()).to.contain('The logo was saved.')
      await isDrawn(desk)

      const person = await server.createAccount()
      const { page } = await open({ javaScript, device })
      const request = await app.begin()
      await page.goto(request.url)
      await signInHere(page, person)
      expect(await heading(page)).to.contain('asks for access')
      await isDrawn(page)
      await fitsNarrow(page)
      await press(page, 'Allow')
      await backAt(page, app, request)
      await page.goto(`${server.issuer}/account/apps`)
      await isDrawn(page)
      await fitsNarrow(page)

      await desk.getByRole('link', { name: 'Remove the uploaded logo of a client' }).click()
      await press(desk, 'Remove the logo')
      expect(await desk.locator('main').innerText()).to.contain('The logo was removed.')
      expect(await desk.locator(LOGO).count()).to.equal(0)
      await page.reload()
      expect(await page.locator(LOGO).count()).to.equal(0)
      await app.stop()
    })
})

async function upload(page: Page, content: Buffer | string): Promise<void> {
  const file = { name: 'logo.png', mimeType: 'image/png', buffer: Buffer.from(content) }
  await page.getByLabel('Logo file').setInputFiles(file)
  await press(page, 'Upload')
}

async function isDrawn(page: Page): Promise<void> {
  const shape = await page
    .locator(LOGO)
    .first()
    .evaluate(async (image: HTMLImageElement) => {
      await image.decode()
      return image.naturalWidth / image.naturalHeight
    })
  expect(shape, page.url()).to.be.closeTo(3, 0.05)
}

/** Nothing is wider than a small phone. */
async function fitsNarrow(page: Page): Promise<void> {
  const before = page.viewportSize()
  await page.setViewportSize({ width: 320, height: 800 })
  const width = await page.evaluate(() => document.documentElement.scrollWidth)
  expect(width, page.url()).to.be.at.most(320)
  if (before) await page.setViewportSize(before)
}
