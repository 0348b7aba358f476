/** Walks through the administration by its links, and says what of its pages is wrong. */
import type { Page } from 'playwright-core'
import { KINDS } from '../../src/admin/apps/kinds.ts'
import { NO_THING, thingHref } from '../../src/admin/hrefs.ts'
import { actsOf, SECTIONS } from '../../src/admin/sections/sections.ts'
import type { Visitor } from './visitor.ts'

/** By section, the keys of things of which each has its page opened. Of other things, one. */
type Things = Readonly<Record<string, readonly string[]>>
/** A page as it was opened. */
export type Seen = { status: number; title: string; headings: string[]; links: string[]; tooWide?: number }
export type Walked = {
  /** What was opened, as `everyPage` names it. */
  opened: string[]
  /** What was opened: paths with their queries. */
  addresses: string[]
  faults: string[]
}
type Open = (address: string) => Promise<Seen>

/** Every page that there is: lists, things, what can be done, further pages, and files. */
export function everyPage(): string[] {
  const ofSections = SECTIONS.flatMap((section) => [
    section.name,
    ...[
      ...(section.one ? ['one'] : []),
      ...actsOf(section).map(({ verb }) => verb),
      ...(section.pages ?? []).map(({ page }) => page),
      ...(section.list.downloads ?? []),
    ].map((part) => `${section.name}/${part}`),
  ])
  return ['start', 'clients/new', ...KINDS.map(({ name }) => `clients/new/${name}`), ...ofSections]
}

/** Opens each kind of page, by the links of those before. */
export async function walk(issuer: string, things: Things, open: Open): Promise<Walked> {
  const opened = new Set<string>()
  const faults: string[] = []
  const addresses = ['/admin?period=hour', '/admin?period=month', '/admin']
  const asked = new Set(addresses)
  for (const address of addresses) {
    const { pathname } = new URL(address, issuer)
    const [section = '', key] = partsOf(pathname)
    const seen = await open(new URL(address, issuer).href)
    opened.add(nameOf(pathname))
    faults.push(...faultsOf(seen).map((fault) => `${address}: ${fault}`))
    const own = key === undefined ? (things[section] ?? []).map((one) => thingHref(section, one)) : []
    for (const link of [...own, ...seen.links]) {
      const { origin, pathname: to, search } = new URL(link, issuer)
      const isNew = !asked.has(nameOf(to)) || own.includes(to)
      if (origin !== issuer || !to.startsWith('/admin/') || !isNew || asked.has(to)) continue
      asked.add(to).add(nameOf(to))
      addresses.push(to + search)
    }
  }
  return { opened: [...opened], addresses, faults }
}

/** Opens a page in a browser, and looks at it in each of the widths. A file is only asked for. */
export function inBrowser(page: Page, widths: readonly number[]): Open {
  return async (address) => {
    if (address.includes('/export/')) return ofFile((await page.request.get(address)).status())
    const answer = await page.goto(address)
    const tooWide: number[] = []
    for (const width of widths) {
      await page.setViewportSize({ width, height: 800 })
      tooWide.push(await page.evaluate(overflow))
    }
    return {
      status: answer?.status() ?? 0,
      ...(await page.evaluate(readPage)),
      tooWide: Math.max(...tooWide),
    }
  }
}

/** The same without a screen. */
export function asVisitor(visitor: Visitor): Open {
  return async (address) => {
    const { status, heading, text, through, headers } = await visitor.get(address)
    if (headers.has('content-disposition')) return ofFile(status)
    const links = [...text.matchAll(/<a [^>]*href="([^"]*)"/g)].map(
      ([, href = '']) => new URL(href.replaceAll('&amp;', '&'), address).href,
    )
    const title = through.length === 0 ? heading : `after ${through.length} redirects`
    return { status, title, headings: [heading], links }
  }
}

function ofFile(status: number): Seen {
  return { status, title: 'file', headings: ['file'], links: [] }
}

function overflow(): number {
  return document.documentElement.scrollWidth - document.documentElement.clientWidth
}

function readPage(): Pick<Seen, 'title' | 'headings' | 'links'> {
  return {
    title: document.title,
    headings: [...document.querySelectorAll('h1')].map((one) => one.innerText.trim()),
    links: [...document.querySelectorAll<HTMLAnchorElement>('a[href]')].map(({ href }) => href),
  }
}

function partsOf(pathname: string): string[] {
  return pathname.split('/').slice(2)
}

/** A page as `everyPage` names it. */
export function nameOf(pathname: string): string {
  const [section, key, ...more] = partsOf(pathname)
  if (section === undefined) return 'start'
  if (key === undefined) return section
  return [section, ...(key === NO_THING || more.length > 0 ? more : ['one'])].join('/')
}

function faultsOf({ status, title, headings, tooWide = 0 }: Seen): string[] {
  const [heading = ''] = headings
  return [
    ...(status === 200 ? [] : [`${status} ${heading}`]),
    ...(headings.length === 1 && heading !== '' ? [] : [`${headings.length} headings`]),
    ...(title.startsWith(heading) ? [] : [`the heading is ${heading}, and the title ${title}`]),
    ...(tooWide > 0 ? [`${tooWide} px too wide`] : []),
  ]
}
