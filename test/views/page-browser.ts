import { readFileSync } from 'node:fs'
import type { Browser, Page } from 'playwright-core'
import { isMessageId } from '../../src/words/message.ts'
import { renderSample } from './render-sample.ts'
import { samplePages } from './sample-pages.ts'
import type { SamplePage } from './sample-pages.ts'

const publicFolder = new URL('../../public/', import.meta.url)
const stylesheet = readFileSync(new URL('style.css', publicFolder), 'utf8')
const favicon = readFileSync(new URL('favicon.svg', publicFolder), 'utf8')
const PASSWORD_SCRIPT = '/assets/password.js'
const longWord = 'a'.repeat(200)

// Stricter than the server's own: what pages need, and nothing else.
const policy =
  "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"

type Options = {
  width: number
  colorScheme?: 'light' | 'dark'
  /** Makes every text of the sample too long to fit. */
  long?: boolean
  scripts?: boolean
  /** English where it is left out. */
  language?: string
}

/** A browser page that finds the sample pages with `openSample`; `complaints` is what its console says. */
export async function openPages(
  browser: Browser,
  { width, colorScheme = 'light', long = false, scripts = true, language = 'en' }: Options,
) {
  const context = await browser.newContext({
    viewport: { width, height: 844 },
    colorScheme,
    javaScriptEnabled: scripts,
  })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => complaints.push(message.text()))
  await context.route('**/*', async (route) => {
    const { hostname, pathname } = new URL(route.request().url())
    if (hostname !== 'pages.test') complaints.push(`asked for ${hostname}`)
    if (pathname === '/assets/style.css') return route.fulfill({ contentType: 'text/css', body: stylesheet })
    const [, script] = /^\/assets\/([a-z-]+\.js)$/.exec(pathname) ?? []
    if (script !== undefined)
      return route.fulfill({
        contentType: 'text/javascript',
        body: readFileSync(new URL(script, publicFolder), 'utf8'),
      })
    if (pathname === '/check/puzzle')
      return route.fulfill({ json: { puzzle: 'sample', parts: 1, bits: 1, expires_in: 600 } })
    if (pathname === '/assets/favicon.svg')
      return route.fulfill({ contentType: 'image/svg+xml', body: favicon })
    const sample = samplePages[Number(pathname.slice(1))]
    if (!sample) return route.fulfill({ status: 404, body: '' })
    const body = bodyOf(sample, { long, language })
    if (typeof body !== 'string') return route.fulfill({ status: 500, body: body.fault })
    return route.fulfill({ contentType: 'text/html', headers: { 'content-security-policy': policy }, body })
  })
  return { context, page, complaints }
}

/** The same document with the body of another sample: to load one takes longer than to check it. One with another head is loaded. */
export async function showSample(page: Page, index: number, language = 'en'): Promise<void> {
  const html = htmlOf(samplePages[index]!, { language })
  const shown = await page.evaluate(putBody, html)
  if (!shown) await openSample(page, index)
  else if (html.includes(PASSWORD_SCRIPT)) await page.addScriptTag({ url: PASSWORD_SCRIPT })
}

/** @throws what the template threw, instead of a page that never arrives. */
export async function openSample(page: Page, index: number): Promise<void> {
  const response = await page.goto(addressOf(index))
  if (response?.status() === 500) throw new Error(`${nameOf(index)}: ${await response.text()}`)
}

/** Runs in the page. Answers whether the document, but for its title and body, is what the text says. */
function putBody(html: string): boolean {
  const next = new DOMParser().parseFromString(html, 'text/html')
  const outside = (one: Document) => {
    const copy = one.documentElement.cloneNode(true) as Element
    for (const own of copy.querySelectorAll('title, body')) own.remove()
    return copy.outerHTML.replaceAll(/\s+/g, ' ')
  }
  if (outside(next) !== outside(document)) return false
  document.title = next.title
  document.body.replaceWith(next.body)
  return true
}

function bodyOf(...asked: Parameters<typeof htmlOf>): string | { fault: string } {
  try {
    return htmlOf(...asked)
  } catch (error) {
    return { fault: error instanceof Error ? error.message : String(error) }
  }
}

function htmlOf(
  sample: SamplePage,
  { long = false, language = 'en' }: { long?: boolean; language?: string },
): string {
  const kept = sample.page.startsWith('admin/') ? NAMES : CHOICES
  const locals = long ? (stretch(sample.locals, kept) as Record<string, unknown>) : sample.locals
  return renderSample({ ...sample, locals }, long ? { serverName: longWord } : {}, language)
}

function addressOf(index: number): string {
  return `http://pages.test/${index}`
}

export function nameOf(index: number): string {
  return `${samplePages[index]?.page} (${samplePages[index]?.state})`
}

/** Locals by which a page chooses among its texts. */
const CHOICES: ReadonlySet<string> = new Set(['state', 'kind', 'why'])
/** On the pages of the administration also the names of sections, operations and fields. */
const NAMES: ReadonlySet<string> = new Set([
  ...CHOICES,
  'name',
  'id',
  'openSection',
  'tags',
  'period',
  'periods',
  'notes',
])

/** The id of a text stays: the page has the text in its place. */
function stretch(value: unknown, kept: ReadonlySet<string>): unknown {
  if (typeof value === 'string') return isMessageId(value) ? value : value + longWord
  if (Array.isArray(value)) return value.map((one) => stretch(one, kept))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, kept.has(key) ? inner : stretch(inner, kept)]),
  )
}
