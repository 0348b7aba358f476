/**
 * `npm run screenshots -- [folder] [pictures]`: starts a server and walks through every page in Chromium as a person
 * would. Puts the pictures and one sheet of them all into `folder` (`screenshots`). The pages in each language, on a small
 * phone and on a desktop, go into its folder `languages`. Those that the documents show are copied to `pictures` where it is
 * named (`docs/images`).
 */
import { copyFileSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { chromium } from 'playwright-core'
import { createCamera } from './screenshots/camera.ts'
import { startExamples } from './examples/demo-app.ts'
import { showLanguages } from './screenshots/languages.ts'
import { showEverything } from './screenshots/walk.ts'
import { startServer } from './support/running-server.ts'
import { findChromium } from './support/services.ts'

/** Files of docs/images, by the page, device and colours that they show. */
const PICTURES = {
  'sign-in.png': 'sign-in-to-an-app.desktop.light',
  'consent-phone.png': 'consent.phone.light',
  'payment.png': 'consent-in-detail.desktop.light',
  'payment-phone.png': 'consent-in-detail.phone.light',
  'device-phone-dark.png': 'device-to-be-confirmed.phone.dark',
  'request.png': 'request-from-behind-the-scenes.desktop.light',
  'request-phone.png': 'request-from-behind-the-scenes.phone.light',
  'choose-account-phone-dark.png': 'choose-an-account.phone.dark',
  'sessions.png': 'sessions.desktop.light',
  'other-providers.png': 'sign-in-with-other-providers.desktop.light',
  'other-providers-phone.png': 'sign-out-at-the-provider-too.phone.light',
}
const [folder = 'screenshots', pictures] = process.argv.slice(2)
const camera = createCamera(resolve(folder))
process.stdout.write('Starting a server …\n')
const server = await startServer({ store: 'sqlite' })
const app = await startExamples(server)
const browser = await chromium.launch({ executablePath: await findChromium(), args: ['--no-sandbox'] })
await showEverything({ browser, camera, server, app })
const languages = await showLanguages(browser, resolve(folder))
process.stdout.write(`\n${camera.finish()}\n${languages}\n`)
if (pictures) copyPictures(pictures)
await browser.close()
await app.stop()
await server.stop()

function copyPictures(to: string): void {
  const taken = readdirSync(folder)
  for (const [name, shown] of Object.entries(PICTURES)) {
    const file = taken.find((one) => one.replace(/^\d+-/, '') === `${shown}.png`)
    if (!file) throw new Error(`no picture of ${shown}`)
    copyFileSync(join(folder, file), join(to, name))
  }
}
