/** Which clients may exchange which tokens (RFC 8693): one row for a client and the resource server of the new token. */
import type { Knex } from 'knex'
import { isSqlite } from '../src/platform/sql/database.ts'

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('token_exchange_rules', (table) => {
    if (!isSqlite(db)) table.charset('utf8mb4')
    if (!isSqlite(db)) table.collate('utf8mb4_bin')
    // Digest of client and resource, which together are too long for an index.
    table.string('rule_key', 43).notNullable().primary()
    table.string('client_id', 255).notNullable()
    table.string('resource', 512).notNullable()
    table.text('scopes').notNullable()
    table.boolean('impersonation').notNullable()
    table.boolean('delegation').notNullable()
    table.bigInteger('created_at_ms').notNullable()
    table.bigInteger('updated_at_ms').notNullable()
    table.index(['client_id'], 'token_exchange_rules_client_index')
    table.index(['resource'], 'token_exchange_rules_resource_index')
    // A client or resource server that is made again later is another one.
    table
      .foreign('client_id', 'token_exchange_rules_client_foreign')
      .references('clients.client_id')
      .onDelete('CASCADE')
    table
      .foreign('resource', 'token_exchange_rules_resource_foreign')
      .references('resources.identifier')
      .onDelete('CASCADE')
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTableIfExists('token_exchange_rules')
}
