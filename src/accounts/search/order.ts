/** In which order a list of accounts is read, and where a page of it begins. A place is a key, not an offset. */
import { AppError } from '../../platform/errors.ts'
import type { Sql } from '../../platform/sql/database.ts'

/** `term`: what the order is by, as text. The id decides between equal ones. */
export type Place = { term: string; id: string }

/** What an order reads of an account. */
export type PlacedRow = { id: string } & Readonly<Record<string, unknown>>

export type Order = {
  /** The columns of accounts that `placeOf` reads, beside the id. */
  columns: readonly string[]
  /** The next places from an index. It may have accounts that a list leaves out, but misses none. */
  keysAfter: (sql: Sql, after: Place | undefined, limit: number) => Promise<Place[]>
  /** Where an account is; nothing where this order has no place for it. */
  placeOf: (row: PlacedRow) => Place | undefined
  compare: (a: Place, b: Place) => number
  cursorOf: (place: Place) => string
  /** @throws AppError 400 `invalid_cursor` */
  placeAt: (cursor: string) => Place
}

export function invalidCursor(): AppError {
  return new AppError('invalid_cursor', 400, 'The cursor is not the next of a page before.')
}

/** By code points, as the databases sort. */
export function compareTexts(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
