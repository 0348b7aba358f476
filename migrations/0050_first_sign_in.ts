/**
 * What a person has to do at the next sign-in, before anything else: choose a password, set up a second factor. And the level
 * of authentication that a backchannel request needs.
 */
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('accounts', (table) => {
    table.boolean('new_password_due').notNullable().defaultTo(false)
    table.boolean('second_factor_due').notNullable().defaultTo(false)
  })
  await db.schema.alterTable('backchannel_requests', (table) => {
    // NULL: any sign-in is enough.
    table.string('level', 64)
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('accounts', (table) => {
    table.dropColumn('new_password_due')
    table.dropColumn('second_factor_due')
  })
  await db.schema.alterTable('backchannel_requests', (table) => {
    table.dropColumn('level')
  })
}
