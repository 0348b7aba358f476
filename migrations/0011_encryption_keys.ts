/**
 * The keys that decrypt request objects, in a table of their own: the previous release takes every row of
 * `signing_keys` for a key that signs.
 */
import type { Knex } from 'knex'
import { isSqlite } from '../src/platform/sql/database.ts'

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('encryption_keys', (table) => {
    if (!isSqlite(db)) table.charset('utf8mb4')
    if (!isSqlite(db)) table.collate('utf8mb4_bin')
    table.string('kid', 64).primary()
    table.string('alg', 16).notNullable()
    table.string('use', 8).notNullable().defaultTo('enc')
    table.string('state', 16).notNullable()
    // "<alg>:<state>" while next or current, NULL once retired: at most one key of each kind can exist.
    table.string('slot', 40).unique()
    table.text('public_jwk').notNullable()
    table.text('private_jwk')
    table.bigInteger('created_at_ms').notNullable()
    table.bigInteger('activated_at_ms')
    table.bigInteger('retired_at_ms')
  })
  await db.schema.alterTable('resources', (table) => {
    // What its JWT access tokens are signed with; NULL: the server's default.
    table.string('access_token_alg', 16)
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('resources', (table) => table.dropColumn('access_token_alg'))
  await db.schema.dropTableIfExists('encryption_keys')
}
