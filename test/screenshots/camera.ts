/** Takes each page four times, phone and desktop, light and dark, and lays the pictures out on one sheet. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'

const DEVICES = { phone: 390, desktop: 1280 }
const SCHEMES = ['light', 'dark'] as const
const HEIGHT = 844

export type Camera = {
  /** Pictures of the page as it is now; `title` says what it is. */
  take: (page: Page, title: string) => Promise<void>
  /** Writes the sheet; answers its path. */
  finish: () => string
}

/** Pictures go into `folder`; its earlier content is removed. */
export function createCamera(folder: string): Camera {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const taken: { title: string; files: string[] }[] = []
  return {
    async take(page, title) {
      const before = page.viewportSize()
      const files: string[] = []
      for (const [device, width] of Object.entries(DEVICES))
        for (const colorScheme of SCHEMES) {
          await page.setViewportSize({ width, height: HEIGHT })
          await page.emulateMedia({ colorScheme })
          const file = `${fileName(taken.length + 1, title)}.${device}.${colorScheme}.png`
          await page.screenshot({ path: join(folder, file), fullPage: true })
          files.push(file)
        }
      await page.emulateMedia({ colorScheme: 'light' })
      if (before) await page.setViewportSize(before)
      taken.push({ title, files })
      process.stdout.write(`${String(taken.length).padStart(3)}  ${title}\n`)
    },
    finish() {
      const file = join(folder, 'index.html')
      writeFileSync(file, sheet(taken))
      return file
    },
  }
}

function fileName(number: number, title: string): string {
  return `${String(number).padStart(2, '0')}-${title.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`
}

function sheet(taken: { title: string; files: string[] }[]): string {
  const rows = taken.map(({ title, files }) => {
    const pictures = files.map(
      (file) => `<a href="${file}"><img src="${file}" alt="${file}" loading="lazy"></a>`,
    )
    return `<section><h2>${title}</h2><div>${pictures.join('')}</div></section>`
  })
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Every page</title><style>
body { font: 16px/1.4 system-ui, sans-serif; margin: 1.5rem; background: #888 } h2 { font-size: 1rem; margin: 1.5rem 0 .5rem; color: #fff }
div { display: flex; gap: 1rem; align-items: flex-start } img { display: block; height: 24rem; max-width: 100% }
</style><h1>Every page</h1>${rows.join('\n')}</html>
`
}
