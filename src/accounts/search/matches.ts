/**
 * Finds accounts by the beginning of an address, a name, a user name or an id. Reads a bounded range of an index for each of them,
 * and no other rows. So the number of accounts does not matter.
 */
import type { Knex } from 'knex'
import { SEARCH_COLUMNS } from '../../account-cache/search-columns.ts'
import type { SearchColumns } from '../../account-cache/search-columns.ts'
import { AppError } from '../../platform/errors.ts'
import { isSqlite } from '../../platform/sql/database.ts'
import type { Sql } from '../../platform/sql/database.ts'
import { foldName } from '../../words/folded-name.ts'
import { accountColumns } from '../account.ts'
import type { Account } from '../account.ts'
import { foldUsername } from '../folded-username.ts'

/** A place in an index, where the account was found. Places are in the order of code points, as on all databases. */
export type Place = { term: string; id: string }

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

export type Matches = { accounts: Account[]; next: Place | undefined }

/** More keys of one step would hold the only connection to SQLite for longer than a request should wait. */
const KEYS_AT_ONCE = 250
/** A shorter id would hide the names: one of 16 random ids begins with `a`. Shorter ones match as a whole. */
const SHORTEST_PART_OF_ID = 4
const LAST_LETTER = '\u{10FFFF}'

/** Accounts in the order of what matches. An account that matches several times is there once, at its first place. */
export async function findMatches(
  sql: Sql,
  { search, after, limit, skip }: { search: string; after: Place | undefined; limit: number; skip: number },
): Promise<Matches> {
  const ranges = rangesOf(search)
  const found: (Place & { account: Account })[] = []
  let place = after
  for (let left = skip; ranges.length > 0 && found.length <= limit;) {
    const asked = Math.min(left + limit + 1, KEYS_AT_ONCE)
    const keys = await keysAfter(sql, ranges, place, asked)
    const firsts = await firstPlaces(sql, ranges, keys)
    found.push(...firsts.slice(left))
    left = Math.max(0, left - firsts.length)
    place = keys.at(-1)
    if (keys.length < asked) break
    // Others get their turn: on SQLite no query waits for anything.
    await new Promise((resolve) => setImmediate(resolve))
  }
  const last = found[limit - 1]
  return {
    accounts: found.slice(0, limit).map(({ account }) => account),
    next: found.length > limit && last ? { term: last.term, id: last.id } : undefined,
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
    sql.select({ term: column, id: 'id' }).from(byIndex(sql, column)).orderBy(order).limit(limit)
  const inOrder = isUnique(column) ? [column] : [column, 'id']
  if (after === undefined || compare(after.term, from) < 0)
    return [read(inOrder).where(column, '>=', from).where(column, '<', below)]
  if (compare(after.term, below) >= 0) return []
  // By the id alone: MariaDB would sort a whole domain by both.
  const same = read(['id']).where(column, after.term).where('id', '>', after.id)
  return [same, read(inOrder).where(column, '>', after.term).where(column, '<', below)]
}

/** MySQL and MariaDB may take another index, and read all accounts of a large domain for a page of it. */
function byIndex(sql: Sql, column: Column) {
  return isSqlite(sql) ? 'accounts' : sql.raw('?? force index (??)', ['accounts', INDEXES[column]])
}

/** SQLite would sort a whole range by the id as well. */
function isUnique(column: Column): boolean {
  return column === 'id' || column === 'emailCanonical' || column === 'usernameCanonical'
}

type Found = Account & SearchColumns & { usernameCanonical: string | null }

/** Reads the accounts, without those that have an earlier place: a page before has them. */
async function firstPlaces(
  sql: Sql,
  ranges: readonly Range[],
  keys: readonly Place[],
): Promise<(Place & { account: Account })[]> {
  if (keys.length === 0) return []
  const ids = [...new Set(keys.map(({ id }) => id))]
  const rows: Found[] = await sql('accounts')
    .whereIn('accounts.id', ids)
    .select(...accountColumns(sql), 'usernameCanonical', ...SEARCH_COLUMNS)
  const byId = new Map(rows.map((row) => [row.id, row]))
  return keys.flatMap(({ term, id }, at) => {
    const row = byId.get(id)
    const before = keys[at - 1]
    const isRepeated = before?.id === id && before.term === term
    if (!row || isRepeated || firstTerm(row, ranges) !== term) return []
    const { usernameCanonical: _1, nameFolded: _2, secondNameFolded: _3, emailDomain: _4, ...account } = row
    return [{ term, id, account }]
  })
}

function firstTerm(row: Found, ranges: readonly Range[]): string | undefined {
  return ranges
    .flatMap(({ column, from, below }) => {
      const term = row[column]
      const isIn = term !== null && compare(term, from) >= 0 && compare(term, below) < 0
      return isIn ? [term] : []
    })
    .toSorted(compare)[0]
}

/** By code points, as UTF-8 sorts. */
function compare(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

export function placeText({ term, id }: Place): string {
  return Buffer.from(JSON.stringify([term, id])).toString('base64url')
}

/** @throws AppError 400 `invalid_cursor` */
export function readPlace(text: string): Place {
  const parsed: unknown = parsedJson(Buffer.from(text, 'base64url').toString())
  const [term, id] = Array.isArray(parsed) && parsed.length === 2 ? (parsed as unknown[]) : []
  if (typeof term === 'string' && typeof id === 'string') return { term, id }
  throw new AppError('invalid_cursor', 400, 'The cursor is not the next of a page before.')
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
