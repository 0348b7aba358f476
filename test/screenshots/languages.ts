/** Pictures of every sample page in each language side by side: on a small phone, and on a desktop. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { LANGUAGES } from '../../src/words/catalogue.ts'
import { nameOf, openPages, openSample } from '../views/page-browser.ts'
import { samplePages } from '../views/sample-pages.ts'

/** The smallest phones, and a desktop. */
const WIDTHS = { phone: 320, desktop: 1280 }
/** A busy machine draws slowly. */
const PATIENCE_MS = 120_000
type Device = keyof typeof WIDTHS
const DEVICES: readonly Device[] = ['phone', 'desktop']

/** Puts the pictures and their sheets into the folder `languages` of `folder`. Answers the paths of the sheets. */
export async function showLanguages(browser: Browser, folder: string): Promise<string> {
  const to = join(folder, 'languages')
  mkdirSync(to, { recursive: true })
  for (const device of DEVICES)
    for (const language of Object.keys(LANGUAGES)) {
      const { context, page } = await openPages(browser, { width: WIDTHS[device], language })
      for (const index of samplePages.keys()) {
        await openSample(page, index)
        await page.screenshot({
          path: join(to, fileOf(index, language, device)),
          fullPage: true,
          timeout: PATIENCE_MS,
        })
      }
      await context.close()
      process.stdout.write(`${samplePages.length} pages in ${language}, ${device}\n`)
    }
  return DEVICES.map((device) => {
    const sheet = join(to, `${device}.html`)
    writeFileSync(sheet, sheetOf(device))
    return sheet
  }).join('\n')
}

function fileOf(index: number, language: string, device: Device): string {
  const sample = samplePages[index]
  return `${sample?.page}.${sample?.state}.${device}.${language}.png`
}

function sheetOf(device: Device): string {
  const rows = [...samplePages.keys()].map((index) => {
    const pictures = Object.keys(LANGUAGES).map(
      (language) => `<img src="${fileOf(index, language, device)}" alt="${language}" loading="lazy">`,
    )
    return `<section><h2>${nameOf(index)}</h2><div>${pictures.join('')}</div></section>`
  })
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Every language</title><style>
body { font: 16px/1.4 system-ui, sans-serif; margin: 1.5rem; background: #888 } h2 { font-size: 1rem; margin: 1.5rem 0 .5rem; color: #fff }
div { display: flex; gap: 1rem; align-items: flex-start } img { display: block; width: ${device === 'phone' ? WIDTHS.phone : WIDTHS.desktop / 2}px }
</style><h1>Every language</h1>${rows.join('\n')}</html>
`
}
