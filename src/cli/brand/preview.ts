/** What `brand preview` does: a sheet of pages and mails in one file. It needs no server, and the file needs no other one. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { shownBrand } from '../../brand/brand.ts'
import { sheetAt } from '../../brand/sheet.ts'
import { usageError } from '../../command-line/input.ts'
import type { Input } from '../../command-line/input.ts'
import type { Answer } from '../../command-line/command.ts'
import { createTemplates } from '../../http/render.ts'
import { createLetterRenderer } from '../../mail/mailer.ts'
import type { Config } from '../../settings/config.ts'
import { LANGUAGES, loadCatalogue } from '../../words/catalogue.ts'
import { MAIL_SAMPLES, PAGE_SAMPLES } from './samples.ts'

const HOME = join(import.meta.dirname, '../../..')

type Frame = { title: string; html: string; width: number; height: number }

export async function preview(input: Input, config: Config): Promise<Answer> {
  const file = resolve(input.operands[0] ?? 'brand-preview.html')
  const language = input.text('language') ?? 'en'
  if (!Object.hasOwn(LANGUAGES, language))
    throw usageError(`--language takes ${Object.keys(LANGUAGES).join(', ')}`)
  const frames = [...pageFrames(config, language), ...mailFrames(config, language)]
  writeFileSync(file, sheetOf(config, frames))
  const data = { file, frames: frames.length }
  return { data, text: `Wrote ${frames.length} pages and mails, by day and at night, to ${file}.` }
}

function pageFrames(config: Config, language: string): Frame[] {
  const templates = createTemplates(join(HOME, 'views'), loadCatalogue({ strict: false }), {
    serverName: config.serverName,
    brand: shownBrand(config.brand),
    styleHref: '/style.css',
    languages: LANGUAGES,
  })
  return PAGE_SAMPLES.map(({ view, title, wide, locals }) => ({
    title,
    html: templates(view, language, { ...locals, csrfToken: 'preview' }),
    width: wide ? 900 : 390,
    height: 780,
  }))
}

function mailFrames({ serverName, issuer: publicUrl, brand }: Config, locale: string): Frame[] {
  const catalogue = loadCatalogue({ strict: false })
  const render = createLetterRenderer({ serverName, publicUrl, brand, catalogue })
  return MAIL_SAMPLES.map((request) => {
    const { subject, html } = render({ ...request, locale })
    return { title: `Mail: ${subject}`, html, width: 600, height: 780 }
  })
}

function sheetOf(config: Config, frames: readonly Frame[]): string {
  const looks = [
    ['By day', 'not all'],
    ['At night', 'all'],
  ] as const
  const sections = looks.map(([title, dark]) => {
    const figures = frames.map((frame) => figure(frame, wholePage(config, frame.html, dark)))
    return `<h2>${title}</h2>\n<div class="frames">\n${figures.join('\n')}\n</div>`
  })
  const name = escaped(config.serverName)
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Brand of ${name}</title>
<style>
body { margin: 2rem; font: 1rem/1.5 system-ui, sans-serif; color: #222; background: #ddd }
.frames { display: flex; flex-wrap: wrap; gap: 2rem; align-items: start }
figure { margin: 0 }
figcaption { margin-bottom: 0.5rem; font-weight: 600 }
iframe { border: 1px solid #999; border-radius: 0.75rem; background: #fff }
</style>
<h1>Brand of ${name}</h1>
${sections.join('\n')}
</html>
`
}

function figure({ title, width, height }: Frame, html: string): string {
  const frame = `<iframe sandbox title="${escaped(title)}" width="${width}" height="${height}" srcdoc="${escaped(html)}"></iframe>`
  return `<figure><figcaption>${escaped(title)}</figcaption>${frame}</figure>`
}

/** The page with its sheets and pictures in itself, and in one of its two looks: the preference of the reader is ignored. */
function wholePage(config: Config, html: string, dark: 'all' | 'not all'): string {
  const { sheetHref } = shownBrand(config.brand)
  const own = sheetHref ? (sheetAt(new URL(sheetHref, config.issuer).pathname)?.text ?? '') : ''
  const css = readFileSync(join(HOME, 'public/style.css'), 'utf8') + own
  return withPictures(config, html)
    .split('\n')
    .filter((line) => !line.startsWith('<link rel="stylesheet"'))
    .join('\n')
    .replace('</head>', () => (html.includes('/style.css') ? `<style>${css}</style></head>` : '</head>'))
    .replaceAll('(prefers-color-scheme: dark)', dark)
}

function withPictures({ brand, issuer }: Config, html: string): string {
  const { logoHref, logoDarkHref } = shownBrand(brand)
  const pictures = [
    [logoHref, brand.logo],
    [logoDarkHref, brand.logoDark],
  ] as const
  return pictures.reduce((text, [href, file]) => {
    if (!href || !file) return text
    const data = `data:${file.type};base64,${file.bytes.toString('base64')}`
    return text.replaceAll(`"${issuer}${href}"`, `"${data}"`).replaceAll(`"${href}"`, `"${data}"`)
  }, html)
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
}
