/** Reads a page of accounts in an order, in steps of a bounded size. */
import type { Sql } from '../../platform/sql/database.ts'
import { ACCOUNT_COLUMNS, accountColumns } from '../account.ts'
import type { Account } from '../account.ts'
import { fewIds, narrowedTo, narrowingsIn } from './narrowed.ts'
import type { Narrowing } from './narrowed.ts'
import type { Order, Place, PlacedRow } from './order.ts'

export type Read = { after: Place | undefined; limit: number; skip: number; narrowing: Narrowing }
export type Found = { accounts: Account[]; next: Place | undefined }

/** More keys of one step would hold the only connection to SQLite for longer than a request should wait. */
const KEYS_AT_ONCE = 250
/** Where a condition leaves out nearly all, a page ends here. The next one goes on from there. */
const MOST_KEYS = 3000
/** So many accounts are tested and sorted here, rather than found on the way through all others. */
const FEW = 2000
const TESTED_AT_ONCE = 500

/** `isSearch`: the order is a condition too. */
export async function readOrder(sql: Sql, order: Order, read: Read, isSearch: boolean): Promise<Found> {
  const { narrowing } = read
  // Active accounts have no index of their own: the walk passes all that are not.
  const conditions = narrowingsIn(narrowing) + (isSearch || narrowing.state === 'active' ? 1 : 0)
  const isAlone = conditions < 2 && narrowing.among === undefined
  const ids = isAlone ? undefined : await fewIds(sql, narrowing, FEW)
  return ids ? sortedHere(sql, order, read, ids) : onTheWay(sql, order, { ...read, isAlone })
}

/** `isAlone`: no condition leaves out what the order has. */
type Walk = Read & { isAlone: boolean }

type Placed = { place: Place; account: Account }

async function onTheWay(
  sql: Sql,
  order: Order,
  { after, limit, skip, narrowing, isAlone }: Walk,
): Promise<Found> {
  const found: Placed[] = []
  let place = after
  let left = skip
  for (let read = 0; found.length <= limit;) {
    // With several conditions nobody knows how many keys it takes.
    const guess = isAlone || read === 0 ? left + limit + 1 : KEYS_AT_ONCE
    const asked = Math.min(guess, KEYS_AT_ONCE)
    const keys = await order.keysAfter(sql, place, asked)
    const kept = await keptOf(sql, order, narrowing, keys)
    found.push(...kept.slice(left))
    left = Math.max(0, left - kept.length)
    place = keys.at(-1)
    read += keys.length
    if (keys.length < asked) {
      place = undefined
      break
    }
    if (read >= MOST_KEYS && left === 0) break
    await othersTurn()
  }
  const accounts = found.slice(0, limit).map(({ account }) => account)
  // Beyond the page, or where the reading ended.
  return { accounts, next: found.length > limit ? found[limit - 1]?.place : place }
}

/** Others get their turn: on SQLite no query waits for anything. */
function othersTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** Without those that have an earlier place: a page before has them. */
async function keptOf(
  sql: Sql,
  order: Order,
  narrowing: Narrowing,
  keys: readonly Place[],
): Promise<Placed[]> {
  if (keys.length === 0) return []
  const rows: (Account & PlacedRow)[] = await sql('accounts')
    .whereIn('accounts.id', [...new Set(keys.map(({ id }) => id))])
    .where((some) => void narrowedTo(narrowing)(some))
    .select(...accountColumns(sql), ...order.columns.map((column) => `accounts.${column}`))
  const byId = new Map(rows.map((row) => [row.id, row]))
  return keys.flatMap((place, at) => {
    const row = byId.get(place.id)
    const before = keys[at - 1]
    const isRepeated = before !== undefined && order.compare(before, place) === 0
    const first = row && order.placeOf(row)
    if (!row || isRepeated || first === undefined || order.compare(first, place) !== 0) return []
    return [{ place, account: accountOf(row) }]
  })
}

function accountOf(row: Account & PlacedRow): Account {
  const own = new Set<string>([...ACCOUNT_COLUMNS, 'pictureId'])
  return Object.fromEntries(Object.entries(row).filter(([name]) => own.has(name))) as Account
}

async function sortedHere(
  sql: Sql,
  order: Order,
  { after, limit, skip, ...read }: Read,
  ids: readonly string[],
): Promise<Found> {
  const places: Place[] = []
  const narrowing = { ...read.narrowing, among: undefined }
  for (let at = 0; at < ids.length; at += TESTED_AT_ONCE) {
    const rows: PlacedRow[] = await sql('accounts')
      .whereIn('accounts.id', ids.slice(at, at + TESTED_AT_ONCE))
      .where((some) => void narrowedTo(narrowing)(some))
      .select('accounts.id', ...order.columns.map((column) => `accounts.${column}`))
    for (const row of rows) {
      const place = order.placeOf(row)
      if (place && (after === undefined || order.compare(place, after) > 0)) places.push(place)
    }
    await othersTurn()
  }
  const page = places.toSorted(order.compare).slice(skip, skip + limit + 1)
  const shown = page.slice(0, limit)
  const accounts = (await keptOf(sql, order, narrowing, shown)).map(({ account }) => account)
  return { accounts, next: page.length > limit ? shown.at(-1) : undefined }
}
