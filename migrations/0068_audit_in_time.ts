/**
 * Lists the audit trail in the order of time: of an account, of an app, by an actor, or of a kind, also within some days. The index of
 * actions has the time already. A start that is killed here continues at the next one.
 */
import type { Knex } from 'knex'
import { isSqlite } from '../src/platform/sql/database.ts'

const INDEXES = {
  account_id: 'audit_events_account_at_index',
  client_id: 'audit_events_client_at_index',
  actor: 'audit_events_actor_at_index',
  chain: 'audit_events_kind_at_index',
}

/** Each index commits by itself. */
export const config = { transaction: false }

export async function up(db: Knex): Promise<void> {
  const known = await indexes(db)
  for (const [column, name] of Object.entries(INDEXES))
    if (!known.has(name))
      await db.schema.alterTable('audit_events', (table) => table.index([column, 'at_ms'], name))
}

export async function down(db: Knex): Promise<void> {
  const known = await indexes(db)
  for (const [column, name] of Object.entries(INDEXES))
    if (known.has(name))
      await db.schema.alterTable('audit_events', (table) => table.dropIndex([column, 'at_ms'], name))
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
