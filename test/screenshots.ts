/**
 * `npm run screenshots [folder]`: every page of a server that is started for it, walked through in Chromium as a person
 * would, with the pictures and one sheet of them all in `screenshots/`.
 */
import { resolve } from 'node:path'
import { chromium } from 'playwright-core'
import { createCamera } from './screenshots/camera.ts'
import { startExamples } from './examples/demo-app.ts'
import { showEverything } from './screenshots/walk.ts'
import { startServer } from './support/running-server.ts'
import { findChromium } from './support/services.ts'

const camera = createCamera(resolve(process.argv[2] ?? 'screenshots'))
process.stdout.write('Starting a server …\n')
const server = await startServer({ store: 'sqlite' })
const app = await startExamples(server)
const browser = await chromium.launch({ executablePath: await findChromium(), args: ['--no-sandbox'] })
await showEverything({ browser, camera, server, app })
process.stdout.write(`\n${camera.finish()}\n`)
await browser.close()
await app.stop()
await server.stop()
