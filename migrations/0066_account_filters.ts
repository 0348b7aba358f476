/**
 * Lists the disabled accounts, and those with a role, without reading all others. A start that is killed here continues at the next
 * one.
 */
import type { Knex } from 'knex'
import { isSqlite } from '../src/platform/sql/database.ts'

const INDEXES: readonly { table: string; columns: string[]; name: string }[] = [
  { table: 'accounts', columns: ['disabled_at_ms', 'id'], name: 'accounts_disabled_index' },
  { table: 'account_roles', columns: ['role', 'account_id'], name: 'account_roles_holders_index' },
]

/** Each index commits by itself. */
export const config = { transaction: false }

export async function up(db: Knex): Promise<void> {
  for (const { table, columns, name } of INDEXES)
    if (!(await indexes(db, table)).has(name))
      await db.schema.alterTable(table, (one) => one.index(columns, name))
}

export async function down(db: Knex): Promise<void> {
  for (const { table, columns, name } of INDEXES)
    if ((await indexes(db, table)).has(name))
      await db.schema.alterTable(table, (one) => one.dropIndex(columns, name))
}

async function indexes(db: Knex, table: string): Promise<Set<string>> {
  const sql = isSqlite(db)
    ? `select name as "index" from sqlite_master where type = 'index' and tbl_name = ?`
    : `select distinct index_name as \`index\` from information_schema.statistics
       where table_schema = database() and table_name = ?`
  const answer: unknown = await db.raw(sql, [table])
  const rows = (isSqlite(db) ? answer : (answer as unknown[])[0]) as { index: string }[]
  return new Set(rows.map(({ index }) => index))
}
