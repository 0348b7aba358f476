/**
 * Finds accounts by the beginning of an address, a name, a user name or an id. Reads a bounded range of an index for each of them,
 * and no other rows. So the number of accounts does not matter.
 */
import type { Knex } from 'knex'
import { SEARCH_COLUMNS } from '../../account-cache/search-columns.ts'
import type { SearchColumns } from '../../account-cache/search-columns.ts'
import type { Sql } from '../../platform/sql/database.ts'
import { foldName } from '../../words/folded-name.ts'
import { foldUsername } from '../folded-username.ts'
import { byIndex } from './narrowed.ts'
import { compareTexts, invalidCursor } from './order.ts'
import type { Order, Place } from './order.ts'

/** The columns that are searched, with their indexes. */
const INDEXES = {
  emailCanonical: 'accounts_email_canonical_unique',
  usernameCanonical: 'accounts_username_unique',
  id: 'primary',
  nameFolded: 'accounts_name_index',
  secondNameFolded: 'accounts_second_name_index',
  emailDomain: 'accounts_domain_index',
} as const

type Column = keyof typeof INDEXES
/** `below`: the first text after all that are searched. */
type Range = { column: Column; from: string; below: string }

/** A shorter id would hide the names: one of 16 random ids begins with `a`. Shorter ones match as a whole. */
const SHORTEST_PART_OF_ID = 4
const LAST_LETTER = '\u{10FFFF}'

/** Accounts in the order of what matches. An account that matches several times is there once, at its first place. */
export function matchOrder(search: string): Order {
  const ranges = rangesOf(search)
  return {
    columns: ['emailCanonical', 'usernameCanonical', ...SEARCH_COLUMNS],
    keysAfter: (sql, after, limit) => keysAfter(sql, ranges, after, limit),
    placeOf(row) {
      const term = firstTerm(row as SearchedRow, ranges)
      return term === undefined ? undefined : { term, id: row.id }
    },
    compare: (a, b) => compareTexts(a.term, b.term) || compareTexts(a.id, b.id),
    cursorOf: placeText,
    placeAt: readPlace,
  }
}

function rangesOf(search: string): Range[] {
  const typed = search.trim().normalize('NFC')
  const id = /^[0-9A-F-]+$/i.test(typed) ? typed.toLowerCase() : typed
  const name = foldName(typed)
  const from: Readonly<Record<Column, string>> = {
    emailCanonical: typed.toLowerCase(),
    usernameCanonical: foldUsername(typed),
    id,
    nameFolded: name,
    secondNameFolded: name,
    emailDomain: typed.startsWith('@') ? typed.toLowerCase() : '',
  }
  return Object.entries(from).flatMap(([column, text]) => {
    if (text === '') return []
    const isWhole = column === 'id' && text.length < SHORTEST_PART_OF_ID
    return [{ column: column as Column, from: text, below: text + (isWhole ? '!' : LAST_LETTER) }]
  })
}

/** The next places of all ranges, merged. */
async function keysAfter(
  sql: Sql,
  ranges: readonly Range[],
  after: Place | undefined,
  limit: number,
): Promise<Place[]> {
  const parts = ranges.flatMap((range) => partsAfter(sql, range, after, limit))
  if (parts.length === 0) return []
  const each = parts.map((part) => sql.select('*').from(part.as('part')))
  const keys: Place[] = await sql
    .select('term', 'id')
    .from(sql.queryBuilder().unionAll(each).as('keys'))
    .orderBy(['term', 'id'])
    .limit(limit)
  return keys
}

/** One range of the index, or two: what has the same text as the place, and what comes later. */
function partsAfter(sql: Sql, range: Range, after: Place | undefined, limit: number): Knex.QueryBuilder[] {
  const { column, from, below } = range
  const read = (order: string[]) =>
    sql.select({ term: column, id: 'id' }).from(byIndex(sql, INDEXES[column])).orderBy(order).limit(limit)
  const inOrder = isUnique(column) ? [column] : [column, 'id']
  if (after === undefined || compareTexts(after.term, from) < 0)
    return [read(inOrder).where(column, '>=', from).where(column, '<', below)]
  if (compareTexts(after.term, below) >= 0) return []
  // By the id alone: MariaDB would sort a whole domain by both.
  const same = read(['id']).where(column, after.term).where('id', '>', after.id)
  return [same, read(inOrder).where(column, '>', after.term).where(column, '<', below)]
}

/** SQLite would sort a whole range by the id as well. */
function isUnique(column: Column): boolean {
  return column === 'id' || column === 'emailCanonical' || column === 'usernameCanonical'
}

type SearchedRow = SearchColumns & { id: string; emailCanonical: string; usernameCanonical: string | null }

function firstTerm(row: SearchedRow, ranges: readonly Range[]): string | undefined {
  return ranges
    .flatMap(({ column, from, below }) => {
      const term = row[column]
      const isIn = term !== null && compareTexts(term, from) >= 0 && compareTexts(term, below) < 0
      return isIn ? [term] : []
    })
    .toSorted(compareTexts)[0]
}

export function placeText({ term, id }: Place): string {
  return Buffer.from(JSON.stringify([term, id])).toString('base64url')
}

/** @throws AppError 400 `invalid_cursor` */
export function readPlace(text: string): Place {
  const parsed: unknown = parsedJson(Buffer.from(text, 'base64url').toString())
  const [term, id] = Array.isArray(parsed) && parsed.length === 2 ? (parsed as unknown[]) : []
  if (typeof term === 'string' && typeof id === 'string') return { term, id }
  throw invalidCursor()
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
