/** The pages that show: the start, the list of a section, and one thing with all that belongs to it. */
import { AppError } from '../platform/errors.ts'
import { mayUpload } from '../pictures/uploads.ts'
import { mayChange } from '../accounts/roles/caller-bounds.ts'
import { given } from '../words/message.ts'
import type { Message } from '../words/message.ts'
import { filtersOf } from './choices.ts'
import { wordOfCode } from './wording/codes.ts'
import { theOperation } from './console-api.ts'
import { errorsOf, tried } from './desk.ts'
import type { Desk } from './desk.ts'
import { actHref, sectionHref, thingHref } from './hrefs.ts'
import { accountIdOf, leadingToAccounts } from './named-account.ts'
import { at } from './sections/section.ts'
import type { Act, Part, Section, Shown, Tag } from './sections/section.ts'
import { findSection } from './sections/sections.ts'
import { factsOf } from './shown.ts'

const PAGE_SIZE = '50'
const SHOWN_OF_PART = '10'

export function nothingHere(): AppError {
  return new AppError('not_found', 404, 'There is nothing at this address.')
}

/** Words for somebody who typed an address, or kept one. */
function notAllowed(): AppError {
  return new AppError('insufficient_scope', 403, 'No role of the person allows this.')
}

/** For a page that shows or does what an operation does. @throws AppError 403 `insufficient_scope` */
export function assertMay({ may }: Pick<Desk, 'may'>, operationId: string): void {
  if (!may(operationId)) throw notAllowed()
}

/** @throws AppError 403 `insufficient_scope`, 404 `not_found` */
export function theSection(desk: Pick<Desk, 'may'>, name: string | undefined): Section {
  const found = findSection(name)
  if (!found) throw nothingHere()
  assertMay(desk, found.list.id)
  return found
}

/** False for an account that may do more than the person. Its page only shows. */
export async function isOpen(
  { services, accountId }: Desk,
  { name }: Section,
  key: string,
): Promise<boolean> {
  return name !== 'accounts' || mayChange(services.db, accountId, key)
}

export async function showList(desk: Desk, params: Readonly<Record<string, string>>): Promise<void> {
  const section = theSection(desk, params['section'])
  const { ctx, api, services, show } = desk
  const { name, list, create } = section
  const search = textOf(ctx.query['search'])
  const cursor = textOf(ctx.query['cursor'])
  const listing = theOperation(services.operations, list.id)
  const paged = listing.query !== undefined && 'cursor' in listing.query.shape
  const filters = await filtersOf(desk, section, (filter) => textOf(ctx.query[filter]))
  const narrowed: Record<string, string> = {
    ...(search && list.searches && { search }),
    ...Object.fromEntries(filters.flatMap(({ name: filter, value }) => (value ? [[filter, value]] : []))),
  }
  const named = narrowed['account_id'] && { account_id: await accountIdOf(desk, narrowed['account_id']) }
  const query = { ...(paged && { limit: PAGE_SIZE }), ...narrowed, ...named, ...(cursor && { cursor }) }
  const answer = await tried(() => api({ id: list.id, query }))
  const body = 'done' in answer ? answer.done.body : {}
  const { notice, values } = services.nextPage.take(ctx, desk)
  const found = {
    rows: itemsOf(body).map((item) => rowOf(desk, section, item)),
    more: nextHref(narrowed, textOf(body['next'])),
    firstHref: cursor === '' ? undefined : `?${new URLSearchParams(narrowed)}`,
    isNarrowed: Object.keys(narrowed).length > 0,
    errors: 'refusal' in answer ? errorsOf(answer.refusal) : {},
    filters,
    downloads: (list.downloads ?? []).map((format) => ({
      format,
      href: `${sectionHref(name)}/export/${format}?${new URLSearchParams({ ...narrowed, ...named })}`,
    })),
    searches: list.searches ?? false,
    search,
    notes: (list.notes ?? []).filter((flag) => body[flag] === true),
    below: list.below && (await belowOf(desk, section, list.below)),
  }
  const adding = create &&
    desk.may(create.id) && { create, createHref: section.guide ?? actHref(section, create) }
  show('list', { name, ...found, ...adding, notice, secrets: secretsOf(values) }, name)
}

function nextHref(narrowed: Record<string, string>, next: string): string {
  return next && `?${new URLSearchParams({ ...narrowed, cursor: next })}`
}

async function belowOf({ api, may }: Desk, section: Section, part: Part) {
  if (!may(part.id)) return undefined
  const answer = await tried(() => api({ id: part.id }))
  return 'done' in answer ? partOf(section, part, '', answer.done.body) : undefined
}

/** Where the row leads, if the person may read that. */
function rowHref({ may }: Desk, { list: { links = [] } }: Section, item: Shown): string | undefined {
  const link = links.find(({ field }) => (at(item, field) ?? null) !== null)
  const section = link && findSection(link.section)
  if (!section || !may(section.list.id)) return undefined
  const value = String(at(item, link.field))
  if (link.by === undefined) return thingHref(section.name, value)
  return `${sectionHref(section.name)}?${new URLSearchParams({ [link.by]: value })}`
}

function rowOf(desk: Desk, section: Section, item: Shown) {
  const { name, key, list, one, acts } = section
  const id = String(item[key])
  const [title = { name: key, kind: 'text', text: id }, ...facts] = factsOf(item, list.fields)
  return {
    title,
    facts,
    href: one ? thingHref(name, id) : rowHref(desk, section, item),
    tags: (list.tags ?? []).filter((tag) => isSo(item, tag)).map(({ word }) => word),
    acts: one
      ? []
      : acts.filter((act) => desk.may(act.id)).map((act) => ({ ...act, href: actHref(section, act, id) })),
  }
}

function isSo(item: Shown, { field, is }: Tag): boolean {
  const value = item[field]
  return is === 'given' ? value !== null && value !== undefined : value === is
}

const LONGEST = 700

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, LONGEST) : ''
}

export async function showOne(desk: Desk, params: Readonly<Record<string, string>>): Promise<void> {
  const section = theSection(desk, params['section'])
  const { ctx, api, services, show } = desk
  const { name, one, acts, key } = section
  if (!one) throw nothingHere()
  const id = params['key'] ?? ''
  const { body } = await api({ id: one.id, params: { [key]: id } })
  const open = await isOpen(desk, section, id)
  const parts = []
  const known: Record<string, unknown> = { ...body }
  for (const part of (one.parts ?? []).filter((some) => desk.may(some.id))) {
    const asked = part.by ? { query: { [part.by]: id, limit: SHOWN_OF_PART } } : { params: { [key]: id } }
    const answer = await tried(() => api({ id: part.id, ...asked }))
    // Nothing waits, so there is nothing to show.
    if ('refusal' in answer) continue
    known[part.id] = answer.done.body
    parts.push(partOf(section, allowed(desk, part, open), id, answer.done.body))
  }
  const possible = acts.filter((act) => open && isOffered(desk, act, known))
  const { notice, values } = services.nextPage.take(ctx, desk)
  show(
    'one',
    {
      name,
      title: titleOf(body, one.titled),
      facts: await leadingToAccounts(desk, body, factsOf(body, one.fields)),
      parts,
      acts: possible.map((act) => ({ ...act, href: actHref(section, act, id) })),
      pictureHref: section.picture?.(body),
      pages: (section.pages ?? [])
        .filter((page) => desk.may(page.id))
        .map(({ page }) => ({ page, href: `${thingHref(name, id)}/${page}` })),
      listHref: sectionHref(name),
      closed: !open,
      notice,
      secrets: secretsOf(values),
    },
    name,
  )
}

function isOffered({ may, services }: Desk, { id, when, file }: Act, known: Shown): boolean {
  return may(id) && (when?.(known) ?? true) && (!file || mayUpload(services))
}

/** Without acts that the person may not do, and without ways to pages that they may not open. */
function allowed({ may }: Desk, part: Part, open: boolean): Part {
  const { link, acts = [], ...others } = part
  const linked = link && findSection(link.section)
  return {
    ...others,
    ...(link && linked && may(linked.list.id) && { link }),
    acts: open ? acts.filter((act) => may(act.id)) : [],
  }
}

function partOf(section: Section, part: Part, id: string, body: Shown) {
  if (!Array.isArray(body['items']))
    return { id: part.id, facts: factsOf(body, part.fields), rows: undefined }
  const { by, link, further } = part
  const rows = itemsOf(body).map((item) => {
    const [title, ...facts] = factsOf(item, part.fields)
    const row = (act: NonNullable<Part['acts']>[number]) => ({
      ...act,
      href: `${actHref(section, act, id)}?${new URLSearchParams({ [act.key.param]: String(at(item, act.key.field)) })}`,
    })
    const href = link && thingHref(link.section, String(at(item, link.field)))
    const leads = href &&
      further && {
        id: further.id,
        href: `${href}/${further.page}?${new URLSearchParams({ [further.by]: id })}`,
      }
    return { title, facts, href, acts: [...(leads ? [leads] : []), ...(part.acts ?? []).map(row)] }
  })
  const allHref = by && link && `${sectionHref(link.section)}?${new URLSearchParams({ [by]: id })}`
  return { id: part.id, facts: [], rows, allHref }
}

function itemsOf(body: Shown): Shown[] {
  return Array.isArray(body['items']) ? (body['items'] as Shown[]) : []
}

/** What an operation answered once, such as a new secret. */
function secretsOf(values: Readonly<Record<string, string>> = {}) {
  return Object.entries(values).map(([name, text]) => ({ name, text }))
}

/** The first of the fields with a value. */
export function titleOf(shown: Shown, names: readonly string[]): Message {
  for (const name of names) {
    const value = shown[name]
    if (typeof value === 'string' && value !== '') return wordOfCode(name, value) ?? given(value)
  }
  return given('')
}
