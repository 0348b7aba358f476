/** Clients that register themselves: initial access tokens, the owner of a client, secrets that overlap, pinned documents. */
import type { Knex } from 'knex'
import { isSqlite } from '../src/platform/sql/database.ts'

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('initial_access_tokens', (table) => {
    if (!isSqlite(knex)) table.charset('utf8mb4')
    if (!isSqlite(knex)) table.collate('utf8mb4_bin')
    table.string('id', 36).primary()
    table.string('token_hash', 64).notNullable().unique()
    table.string('name', 255).notNullable()
    table.text('policy', 'mediumtext').notNullable()
    table.integer('used_count').notNullable().defaultTo(0)
    // NULL: any number of clients.
    table.integer('max_uses')
    table.bigInteger('expires_at_ms').notNullable()
    table.bigInteger('revoked_at_ms')
    table.bigInteger('created_at_ms').notNullable()
    table.index(['created_at_ms', 'id'])
  })

  await knex.schema.alterTable('clients', (table) => {
    table.string('previous_secret_hash', 64)
    table.text('previous_secret_sealed')
    table.bigInteger('previous_secret_until_ms')
    // "open", or the id of an initial access token; NULL for a client that an operator registered.
    table.string('registered_by', 64)
    table.text('registration_policy', 'mediumtext')
    table.string('registration_token_hash', 64)
    table.bigInteger('last_used_at_ms')
    table.index(['registration_token_hash'])
    table.index(['registered_by', 'created_at_ms'])
  })

  await knex.schema.alterTable('consents', (table) => {
    // What a client that describes itself by a document looked like when the person agreed.
    table.text('client_pin', 'mediumtext')
  })
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable('consents', (table) => table.dropColumn('client_pin'))
  await knex.schema.alterTable('clients', (table) => {
    table.dropIndex(['registration_token_hash'])
    table.dropIndex(['registered_by', 'created_at_ms'])
    table.dropColumns(
      'previous_secret_hash',
      'previous_secret_sealed',
      'previous_secret_until_ms',
      'registered_by',
      'registration_policy',
      'registration_token_hash',
      'last_used_at_ms',
    )
  })
  await knex.schema.dropTableIfExists('initial_access_tokens')
}
