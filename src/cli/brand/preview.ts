/** What `brand preview` does: a sheet of pages and mails in one file. It needs no server, and the file needs no other one. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { shownBrand, shownBrandOfClient } from '../../brand/brand.ts'
import type { ClientBrand, ShownBrand } from '../../brand/brand.ts'
import type { BrandFile } from '../../brand/brand-files.ts'
import { sheetAt } from '../../brand/sheet.ts'
import { clientBrandFields } from '../../clients/client-brand.ts'
import { readJsonFile, usageError } from '../../command-line/input.ts'
import type { Input } from '../../command-line/input.ts'
import type { Answer } from '../../command-line/command.ts'
import { createTemplates } from '../../http/render.ts'
import { createLetterRenderer } from '../../mail/mailer.ts'
import type { Config } from '../../settings/config.ts'
import { LANGUAGES, loadCatalogue } from '../../words/catalogue.ts'
import { OF_A_JOURNEY } from '../../outbox/mail-request.ts'
import { contactSheet, SHEET_WIDTH } from './contact-sheet.ts'
import type { Frame } from './contact-sheet.ts'
import { takePicture } from './picture.ts'
import { MAIL_SAMPLES, PAGE_SAMPLES } from './samples.ts'

const HOME = join(import.meta.dirname, '../../..')

export async function preview(input: Input, config: Config): Promise<Answer> {
  const file = resolve(input.operands[0] ?? 'brand-preview.html')
  const language = input.text('language') ?? 'en'
  if (!Object.hasOwn(LANGUAGES, language))
    throw usageError(`--language takes ${Object.keys(LANGUAGES).join(', ')}`)
  const app = appOf(input.text('metadata'))
  const frames = [...pageFrames(config, language, app), ...mailFrames(config, language, app)]
  const looks = LOOKS.map(({ title, dark }) => ({
    title,
    frames: frames.map((frame) => ({ ...frame, html: wholePage(config, frame.html, { dark, app }) })),
  }))
  const title = `Brand of ${app?.name ?? config.serverName}`
  const { icon } = config.brand
  const { html, height } = contactSheet(title, looks, app || !icon ? undefined : dataOf(icon))
  writeFileSync(file, html)
  const picture = `${file.replace(/\.html?$/, '')}.png`
  const taken = await takePicture({ page: file, picture, width: SHEET_WIDTH, height })
  const data = { file, picture: taken ? picture : null, frames: frames.length }
  const too = taken ? ` A picture of it is ${picture}.` : ''
  return { data, text: `Wrote ${frames.length} pages and mails, by day and at night, to ${file}.${too}` }
}

const LOOKS = [
  { title: 'By day', dark: 'not all' },
  { title: 'At night', dark: 'all' },
] as const

/** The fields of a client that make its brand, as `client update --metadata` takes them. */
function appOf(file: string | undefined): ClientBrand | undefined {
  if (file === undefined) return undefined
  const read = brandFields.safeParse(readJsonFile('metadata', file))
  if (!read.success) {
    const [issue] = read.error.issues
    throw usageError(`--metadata: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`)
  }
  const { brand_name: name, brand_color: color, brand_color_dark: colorDark } = read.data
  const { support_uri: support, tos_uri: terms, policy_uri: privacy } = read.data
  return { name, color, colorDark, links: { support, terms, privacy } }
}

const link = z.string().max(2000).optional()
const brandFields = z.looseObject({ ...clientBrandFields, tos_uri: link, policy_uri: link })

function shown({ brand }: Config, app: ClientBrand | undefined): ShownBrand {
  return app ? shownBrandOfClient(brand, app) : shownBrand(brand)
}

function pageFrames(config: Config, language: string, app: ClientBrand | undefined): Frame[] {
  const brand = shown(config, app)
  const templates = createTemplates(join(HOME, 'views'), loadCatalogue({ strict: false }), {
    serverName: brand.name,
    brand,
    styleHref: '/style.css',
    languages: LANGUAGES,
  })
  const samples = PAGE_SAMPLES.filter(({ own }) => !app || !own)
  return samples.map(({ view, title, wide, tall, locals }) => ({
    title,
    html: templates(view, language, { ...locals, csrfToken: 'preview' }),
    width: wide ? 900 : 390,
    height: tall ? 980 : 780,
  }))
}

function mailFrames(
  { serverName, issuer: publicUrl, brand }: Config,
  locale: string,
  app: ClientBrand | undefined,
): Frame[] {
  const catalogue = loadCatalogue({ strict: false })
  const render = createLetterRenderer({ serverName, publicUrl, brand, catalogue })
  return MAIL_SAMPLES.map((request) => {
    const { subject, html } = render(
      { ...request, locale },
      OF_A_JOURNEY.has(request.template) ? app : undefined,
    )
    return { title: `Mail: ${subject}`, html, width: 600, height: 780 }
  })
}

/** The page with its sheets and pictures in itself, and in one of its two looks: the preference of the reader is ignored. */
type Look = { dark: 'all' | 'not all'; app: ClientBrand | undefined }

function wholePage(config: Config, html: string, { dark, app }: Look): string {
  const { sheetHref } = shown(config, app)
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
    const data = dataOf(file)
    return text.replaceAll(`"${issuer}${href}"`, `"${data}"`).replaceAll(`"${href}"`, `"${data}"`)
  }, html)
}

function dataOf({ type, bytes }: BrandFile): string {
  return `data:${type};base64,${bytes.toString('base64')}`
}
