/** Pictures of every page, phone and desktop, light and dark: `node test/views/screenshots.ts [folder] [page…]`. */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import type { Browser } from 'playwright-core'
import { chromiumOnce } from '../support/browser.ts'
import { openPages, openSample } from './page-browser.ts'
import { samplePages } from './sample-pages.ts'

const [folder = 'screenshots', ...wanted] = process.argv.slice(2)
if (folder.startsWith('-')) throw new Error(`got ${folder}, takes a folder and names of pages`)
const devices = [
  { device: 'phone', width: 390 },
  { device: 'desktop', width: 1280 },
] as const
const browser = await chromiumOnce()
mkdirSync(folder, { recursive: true })
for (const { device, width } of devices)
  for (const colorScheme of ['light', 'dark'] as const) await takeAll(browser, device, width, colorScheme)
await browser.close()

async function takeAll(from: Browser, device: string, width: number, colorScheme: 'light' | 'dark') {
  const { context, page } = await openPages(from, { width, colorScheme })
  for (const [index, sample] of samplePages.entries()) {
    if (wanted.length > 0 && !wanted.includes(sample.page)) continue
    await openSample(page, index)
    const name = `${sample.page}.${sample.state}.${device}.${colorScheme}.png`
    await page.screenshot({ path: path.join(folder, name), fullPage: true })
  }
  await context.close()
}
