/**
 * Lists the audit trail of one app, or of one action, from the latest entry on. Without these indexes a list reads the whole trail, or
 * sorts it. A start that is killed here continues at the next one.
 */
import type { Knex } from 'knex'
import { isSqlite } from '../src/platform/sql/database.ts'

const INDEXES = { client_id: 'audit_events_client_index', action: 'audit_events_latest_index' }

/** Each index commits by itself. */
export const config = { transaction: false }

export async function up(db: Knex): Promise<void> {
  const known = await indexes(db)
  for (const [column, name] of Object.entries(INDEXES))
    if (!known.has(name))
      await db.schema.alterTable('audit_events', (table) => table.index([column, 'id'], name))
}

export async function down(db: Knex): Promise<void> {
  const known = await indexes(db)
  for (const [column, name] of Object.entries(INDEXES))
    if (known.has(name))
      await db.schema.alterTable('audit_events', (table) => table.dropIndex([column, 'id'], name))
}

async function indexes(db: Knex): Promise<Set<string>> {
  const sql = isSqlite(db)
    ? `select name as "index" from sqlite_master where type = 'index' and tbl_name = 'audit_events'`
    : `select distinct index_name as \`index\` from information_schema.statistics
       where table_schema = database() and table_name = 'audit_events'`
  const answer: unknown = await db.raw(sql)
  const rows = (isSqlite(db) ? answer : (answer as unknown[])[0]) as { index: string }[]
  return new Set(rows.map(({ index }) => index))
}
