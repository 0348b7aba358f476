/** Pictures of every sample page on a small phone, in each language side by side. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { LANGUAGES } from '../../src/words/catalogue.ts'
import { addressOf, nameOf, openPages } from '../views/page-browser.ts'
import { samplePages } from '../views/sample-pages.ts'

/** The smallest phones. */
const WIDTH = 320

/** Puts the pictures and their sheet into the folder `languages` of `folder`. Answers the path of the sheet. */
export async function showLanguages(browser: Browser, folder: string): Promise<string> {
  const to = join(folder, 'languages')
  mkdirSync(to, { recursive: true })
  for (const language of Object.keys(LANGUAGES)) {
    const { context, page } = await openPages(browser, { width: WIDTH, language })
    for (const index of samplePages.keys()) {
      await page.goto(addressOf(index))
      await page.screenshot({ path: join(to, fileOf(index, language)), fullPage: true })
    }
    await context.close()
    process.stdout.write(`${samplePages.length} pages in ${language}\n`)
  }
  const sheet = join(to, 'index.html')
  writeFileSync(sheet, sheetOf())
  return sheet
}

function fileOf(index: number, language: string): string {
  const sample = samplePages[index]
  return `${sample?.page}.${sample?.state}.${language}.png`
}

function sheetOf(): string {
  const rows = [...samplePages.keys()].map((index) => {
    const pictures = Object.keys(LANGUAGES).map(
      (language) => `<img src="${fileOf(index, language)}" alt="${language}" loading="lazy">`,
    )
    return `<section><h2>${nameOf(index)}</h2><div>${pictures.join('')}</div></section>`
  })
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Every language</title><style>
body { font: 16px/1.4 system-ui, sans-serif; margin: 1.5rem; background: #888 } h2 { font-size: 1rem; margin: 1.5rem 0 .5rem; color: #fff }
div { display: flex; gap: 1rem; align-items: flex-start } img { display: block; width: ${WIDTH}px }
</style><h1>Every language</h1>${rows.join('\n')}</html>
`
}
