/** OAuth clients, resource servers, signing keys, and the change versions that invalidate caches across processes. */
import type { Knex } from 'knex'
import { isSqlite } from '../src/platform/sql/database.ts'

export async function up(knex: Knex): Promise<void> {
  const create = (name: string, columns: (table: Knex.CreateTableBuilder) => void) =>
    knex.schema.createTable(name, (table) => {
      if (!isSqlite(knex)) table.charset('utf8mb4')
      if (!isSqlite(knex)) table.collate('utf8mb4_bin')
      columns(table)
    })

  await create('changes', (table) => {
    table.string('topic', 64).primary()
    table.bigInteger('version').notNullable()
  })

  await create('clients', (table) => {
    table.string('client_id', 255).primary()
    table.string('name', 255).notNullable()
    table.text('metadata', 'mediumtext').notNullable()
    table.string('secret_hash', 64)
    table.text('secret_sealed')
    table.boolean('first_party').notNullable().defaultTo(false)
    table.string('profile', 32).notNullable().defaultTo('default')
    table.bigInteger('disabled_at_ms')
    table.bigInteger('created_at_ms').notNullable()
    table.bigInteger('updated_at_ms').notNullable()
    table.index(['created_at_ms', 'client_id'])
  })

  await create('resources', (table) => {
    table.string('identifier', 512).primary()
    table.string('name', 255).notNullable()
    table.text('scopes').notNullable()
    table.string('access_token_format', 16).notNullable().defaultTo('opaque')
    table.integer('access_token_ttl_seconds')
    table.string('client_id', 255).notNullable().unique()
    table.bigInteger('created_at_ms').notNullable()
    table.bigInteger('updated_at_ms').notNullable()
  })

  await create('signing_keys', (table) => {
    table.string('kid', 64).primary()
    table.string('alg', 16).notNullable()
    table.string('use', 8).notNullable().defaultTo('sig')
    table.string('state', 16).notNullable()
    // "<alg>:<state>" while next or current, NULL once retired: at most one key of each kind can exist.
    table.string('slot', 40).unique()
    table.text('public_jwk').notNullable()
    table.text('private_jwk')
    table.bigInteger('created_at_ms').notNullable()
    table.bigInteger('activated_at_ms')
    table.bigInteger('retired_at_ms')
  })
}

export async function down(knex: Knex): Promise<void> {
  for (const table of ['signing_keys', 'resources', 'clients', 'changes']) {
    await knex.schema.dropTableIfExists(table)
  }
}
