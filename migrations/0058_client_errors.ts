/** The last errors of each app, for its operator. Equal errors share a row, which counts them. */
import type { Knex } from 'knex'
import { isSqlite } from '../src/platform/sql/database.ts'

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('client_errors', (table) => {
    if (!isSqlite(db)) {
      table.charset('utf8mb4')
      table.collate('utf8mb4_bin')
      table.engine('InnoDB')
    }
    table.string('error_key', 43).notNullable().primary()
    table.string('client_id', 255).notNullable()
    table.string('content_digest', 43).notNullable()
    table.text('content').notNullable()
    table.integer('times').notNullable()
    table.bigInteger('first_at_ms').notNullable()
    table.bigInteger('last_at_ms').notNullable()
    table.index(['client_id', 'last_at_ms'], 'client_errors_client_index')
    table.index(['last_at_ms'], 'client_errors_last_index')
    table
      .foreign('client_id', 'client_errors_client_foreign')
      .references('clients.client_id')
      .onDelete('CASCADE')
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTableIfExists('client_errors')
}
