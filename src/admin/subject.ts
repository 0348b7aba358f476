/** What an act is about, in the words of the list that leads to it: the page that asks first names it. */
import { theOperation } from './console-api.ts'
import { tried } from './desk.ts'
import type { Desk } from './desk.ts'
import { at } from './sections/section.ts'
import type { Act, Part, RowKey, Section, Shown } from './sections/section.ts'
import { findSection } from './sections/sections.ts'
import { factOf, factsOf } from './shown.ts'
import type { Fact } from './shown.ts'

/** The name, and one thing more: an address is clearer with the name of the person. */
const MOST_FACTS = 2
const LARGEST_PAGE = '200'

/**
 * Of an act on a row, facts of the row. Empty for the thing of a page of its own, which the page names already. A row that is
 * not found is named by its key.
 */
export async function subjectOf(desk: Desk, section: Section, act: Act, key: string): Promise<Fact[]> {
  const part = section.one?.parts?.find(({ acts }) => acts?.some((one) => one === act))
  const row = part?.acts?.find((one) => one === act)?.key
  if (part && row) return ofPart(desk, section, key, { part, row })
  if (section.one) return []
  const { row: one, id } = section.list
  const items = one ? await oneOf(desk, one.id, { [section.key]: key }) : await itemsOf(desk, id, {})
  const { fields } = section.list
  return named({ items, field: section.key, value: key, fields, most: one?.names })
}

async function ofPart(
  desk: Desk,
  section: Section,
  key: string,
  { part, row }: { part: Part; row: RowKey },
): Promise<Fact[]> {
  const value = String(desk.ctx.query[row.param] ?? '')
  const linked = part.link?.field === row.field ? findSection(part.link.section) : undefined
  // The row may be on a later page of a long list.
  const items = linked?.one
    ? await oneOf(desk, linked.one.id, { [linked.key]: value })
    : await itemsOf(desk, part.id, { [section.key]: key })
  // A thing has other fields than the row that leads to it.
  const fields = [...part.fields, ...(linked?.one?.titled ?? [])]
  return named({ items, field: row.field, value, fields })
}

type Found = {
  items: readonly Shown[]
  field: string
  value: string
  fields: readonly string[]
  most?: number | undefined
}

function named({ items, field, value, fields, most = MOST_FACTS }: Found): Fact[] {
  const item = items.find((one) => String(at(one, field)) === value)
  const facts = item ? factsOf(item, fields.filter(isName)).slice(0, most) : []
  return facts.length > 0 ? facts : [factOf(field, value) ?? []].flat()
}

/** A time names nothing. */
function isName(field: string): boolean {
  return !field.endsWith('_at')
}

/** Empty where no role allows to read it: then the key names the row. */
async function oneOf(
  { api, may }: Desk,
  id: string,
  params: Readonly<Record<string, string>>,
): Promise<Shown[]> {
  if (!may(id)) return []
  const answer = await tried(() => api({ id, params }))
  return 'done' in answer ? [answer.done.body] : []
}

async function itemsOf(
  { api, may, services }: Desk,
  id: string,
  params: Readonly<Record<string, string>>,
): Promise<Shown[]> {
  if (!may(id)) return []
  const { query } = theOperation(services.operations, id)
  const paged = query !== undefined && 'limit' in query.shape
  const answer = await tried(() => api({ id, params, ...(paged && { query: { limit: LARGEST_PAGE } }) }))
  const { items } = 'done' in answer ? answer.done.body : {}
  return Array.isArray(items) ? (items as Shown[]) : []
}
