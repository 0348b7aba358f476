/**
 * Roles as data: a name, a description and the scopes of the administration. The role `admin` is built in and has no row. The
 * role `support` is a start, which an operator may change or delete.
 */
import type { Knex } from 'knex'
import { isSqlite } from '../src/platform/sql/database.ts'

/** Not the time of the migration, so that two servers have the same row. `moved-roles.ts` knows it. */
const RELEASED_AT_MS = Date.UTC(2026, 10, 22)

const SUPPORT = {
  name: 'support',
  description: 'Helps people: reads accounts, unlocks them, ends sessions and mails resets.',
  scopes: JSON.stringify(['accounts:read', 'accounts:support', 'groups:read', 'audit:read']),
  created_at_ms: RELEASED_AT_MS,
  updated_at_ms: RELEASED_AT_MS,
}

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('roles', (table) => {
    if (!isSqlite(db)) {
      table.charset('utf8mb4')
      table.collate('utf8mb4_bin')
      table.engine('InnoDB')
    }
    table.string('name', 32).notNullable().primary()
    table.string('description', 500).notNullable()
    table.text('scopes').notNullable()
    table.bigInteger('created_at_ms').notNullable()
    table.bigInteger('updated_at_ms').notNullable()
  })
  await db('roles').insert(SUPPORT)
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTableIfExists('roles')
}
