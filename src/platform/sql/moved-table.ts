/**
 * A table with rows that move to another database with `export` and `import`. The noun of the table describes its columns
 * here; `moving` reads and writes the lines. Accounts have a form of their own.
 */
import type { Sql } from './database.ts'

export type MovedField = {
  /**
   * `moment`: milliseconds in SQL, ISO 8601 in the file. `json`: text in SQL, a value in the file. `sealed`: sealed with the
   * data key in SQL, with the passphrase in the file.
   */
  kind: 'text' | 'number' | 'flag' | 'moment' | 'json' | 'sealed'
  nullable?: true
  /** The most characters of a text; without it the column takes any. */
  max?: number
  /** The name in the file. By default, the column's name. */
  as?: string
}

export type MovedRow = Readonly<Record<string, string | number | boolean | null>>

export type MovedTable = {
  /** The `type` of its lines. */
  type: string
  /** What the report calls the rows. */
  plural: string
  table: string
  /** The primary key. The export is sorted by it. */
  key: string
  /** By column, in the order in which a line names them. The key is one of them. */
  fields: Readonly<Record<string, MovedField>>
  /** A unique column. A row here with the same value is the same thing, even with another key. */
  alike?: string
  /** What a sealed value is bound to in SQL. */
  context?: (row: Readonly<Record<string, unknown>>) => string
  /** Leaves a row out of the export when its sealed value cannot be exported. */
  needsSealed?: true
  /** Throws AppError for a row that the rules of this server refuse. */
  check?: (row: MovedRow) => void
  /** True where the row here only came with the release, so that the one of the file replaces it. */
  yields?: (sql: Sql, row: MovedRow) => Promise<boolean>
  /** Returns the rows of an export, changed where another server would not know what they name. */
  leaving?: (
    sql: Sql,
    rows: readonly Readonly<Record<string, unknown>>[],
  ) => Promise<Record<string, unknown>[]>
  /** Returns the row, changed where it conflicts with rows that are already here. */
  fitted?: (sql: Sql, row: MovedRow, nowMs: number) => Promise<MovedRow>
  /** In the transaction of the insert: tells other processes and systems. */
  arrived?: (sql: Sql, row: MovedRow) => Promise<void>
}
