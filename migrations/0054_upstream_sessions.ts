/**
 * Which sessions began at another provider, so that a sign-out here reaches it, and one there ends them. A logout token that
 * was used is remembered until it would be too old. And whether people sign out there as well.
 */
import type { Knex } from 'knex'
import { isSqlite } from '../src/platform/sql/database.ts'

export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('upstreams', (table) => {
    table.string('sign_out', 16).notNullable().defaultTo('offer')
  })
  await createTable(db, 'upstream_sessions', (table) => {
    table.string('id', 36).notNullable().primary()
    table.string('upstream_id', 64).notNullable()
    table.string('account_id', 36).notNullable()
    table.string('subject_digest', 43).notNullable()
    // NULL where the provider names no session.
    table.string('sid_digest', 43)
    // NULL until the sign-in here is finished.
    table.string('session_uid', 64)
    table.text('id_token_sealed')
    table.bigInteger('created_at_ms').notNullable()
    table.bigInteger('expires_at_ms').notNullable()
    table.index(['session_uid'], 'upstream_sessions_uid_index')
    table.index(['upstream_id', 'subject_digest'], 'upstream_sessions_subject_index')
    table.index(['upstream_id', 'sid_digest'], 'upstream_sessions_sid_index')
    table.index(['expires_at_ms'], 'upstream_sessions_expires_index')
    table
      .foreign('upstream_id', 'upstream_sessions_upstream_foreign')
      .references('upstreams.id')
      .onDelete('CASCADE')
    table
      .foreign('account_id', 'upstream_sessions_account_foreign')
      .references('accounts.id')
      .onDelete('CASCADE')
  })
  await createTable(db, 'upstream_logouts', (table) => {
    table.string('token_digest', 43).notNullable().primary()
    table.bigInteger('received_at_ms').notNullable()
    table.index(['received_at_ms'], 'upstream_logouts_received_index')
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTableIfExists('upstream_logouts')
  await db.schema.dropTableIfExists('upstream_sessions')
  await db.schema.alterTable('upstreams', (table) => {
    table.dropColumn('sign_out')
  })
}

type Columns = (table: Knex.CreateTableBuilder) => void

async function createTable(db: Knex, name: string, columns: Columns): Promise<void> {
  await db.schema.createTable(name, (table) => {
    if (!isSqlite(db)) {
      table.charset('utf8mb4')
      table.collate('utf8mb4_bin')
      table.engine('InnoDB')
    }
    columns(table)
  })
}
