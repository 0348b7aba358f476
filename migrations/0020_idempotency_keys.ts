/** Answers of the JSON API's creations, for a request that is sent again with the same key. */
import type { Knex } from 'knex'
import { isSqlite } from '../src/platform/sql/database.ts'

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('idempotency_keys', (table) => {
    if (!isSqlite(knex)) {
      table.charset('utf8mb4')
      table.collate('utf8mb4_bin')
    }
    table.string('key', 64).notNullable().primary()
    table.string('request_digest', 64).notNullable()
    // Sealed: it may hold the secret of a new client.
    table.text('answer', 'mediumtext')
    table.bigInteger('created_at_ms').notNullable().index('idempotency_keys_created_index')
  })
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTableIfExists('idempotency_keys')
}
