/**
 * Sessions, grants, codes and tokens where no Redis is configured. One row per record, found by its key alone; a
 * destroyed grant or session stays as a row without payload (`gone`) until it expires, so that it cannot come back.
 */
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('oidc_records', (table) => {
    if (db.client.config.client !== 'better-sqlite3') {
      table.charset('utf8mb4')
      table.collate('utf8mb4_bin')
    }
    table.string('record_key', 100).notNullable().primary()
    table.text('payload', 'mediumtext')
    table.string('version', 16)
    table.boolean('gone').notNullable().defaultTo(false)
    table.bigInteger('consumed_at_ms')
    table.string('use_nonce', 43)
    table.text('successor')
    table.bigInteger('expires_at_ms').notNullable()
    table.index(['expires_at_ms'], 'oidc_records_expires_index')
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('oidc_records')
}
