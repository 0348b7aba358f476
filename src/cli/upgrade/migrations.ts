/** Which migrations an upgrade runs here, and how long they may take. */
import { readFile } from 'node:fs/promises'
import { migrationFile, migrationState } from '../../platform/sql/migrate.ts'
import { isSqlite } from '../../platform/sql/database.ts'
import type { Db } from '../../platform/sql/database.ts'
import type { Finding } from './finding.ts'

/** Rows that a migration walks in a second: cautious guesses, so that an estimate is rather too long. */
const ROWS_PER_SECOND = { indexed: 50_000, filled: 500 }
/** A migration that fills old rows does it by their keys. */
const FILLS = /\.update\(/
/** A migration names the tables that it changes as plain text. */
const NAMES = /'([a-z_]{1,64})'/g

export type Schema = { findings: Finding[]; pending: string[]; isThere: boolean }

export async function migrationFindings(db: Db): Promise<Schema> {
  const { pending, unknown, interrupted, isThere } = await migrationState(db)
  const findings = isThere ? await Promise.all(pending.map((name) => estimate(db, name))) : [EMPTY]
  if (isThere && pending.length === 0) findings.push(COMPLETE)
  if (unknown.length > 0)
    findings.push({ check: 'schema', state: 'note', found: `newer than this release: ${unknown.join(', ')}` })
  for (const name of interrupted)
    findings.push({ check: name, state: 'note', found: 'was interrupted; the next start goes on with it' })
  return { findings, pending, isThere }
}

const EMPTY: Finding = { check: 'schema', state: 'ok', found: 'an empty database; the first start makes it' }
const COMPLETE: Finding = { check: 'schema', state: 'ok', found: 'complete; no migration waits' }

async function estimate(db: Db, name: string): Promise<Finding> {
  const source = await readFile(migrationFile(name), 'utf8')
  const named = new Set([...source.matchAll(NAMES)].map(([, table = '']) => table))
  const rows = await rowsOf(db)
  const walked = [...named].filter((table) => (rows.get(table) ?? 0) > 0)
  const total = walked.reduce((sum, table) => sum + (rows.get(table) ?? 0), 0)
  const seconds = Math.ceil(total / ROWS_PER_SECOND[FILLS.test(source) ? 'filled' : 'indexed'])
  const tables = walked.map((table) => `${table} (${rows.get(table)} rows)`).join(', ')
  const found = total === 0 ? 'waits; touches no rows' : `waits; up to ${seconds} s for ${tables}`
  return { check: name, state: 'ok', found }
}

/** The rows of every table; on MySQL and MariaDB as the server estimates them. */
async function rowsOf(db: Db): Promise<Map<string, number>> {
  if (!isSqlite(db)) {
    const [rows] = (await db.raw(
      'select table_name as name, table_rows as n from information_schema.tables where table_schema = database()',
    )) as [{ name: string; n: number | null }[]]
    return new Map(rows.map(({ name, n }) => [name, Number(n ?? 0)]))
  }
  const tables: { name: string }[] = await db('sqlite_master').where({ type: 'table' }).select('name')
  const counted = new Map<string, number>()
  for (const { name } of tables) {
    const row = (await db(name).count({ n: '*' }).first()) as { n: number }
    counted.set(name, Number(row.n))
  }
  return counted
}
