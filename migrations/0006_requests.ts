/** What an app's request may ask for in detail (RFC 9396), and where a mailed link leads on to. */
import type { Knex } from 'knex'
import { isSqlite } from '../src/platform/sql/database.ts'

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('authorization_details_types', (table) => {
    if (!isSqlite(knex)) {
      table.charset('utf8mb4')
      table.collate('utf8mb4_bin')
    }
    table.string('type', 128).notNullable().primary()
    table.string('resource', 512).notNullable()
    table.string('title', 120).notNullable()
    table.text('fields', 'mediumtext').notNullable()
    table.bigInteger('created_at_ms').notNullable()
    table.index(['resource'], 'authorization_details_types_resource_index')
  })
  await knex.schema.alterTable('one_time_tokens', (table) => {
    // Sealed: the request of an app, to which the browser that asked for the mail returns.
    table.text('way_back', 'mediumtext')
  })
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable('one_time_tokens', (table) => table.dropColumn('way_back'))
  await knex.schema.dropTableIfExists('authorization_details_types')
}
