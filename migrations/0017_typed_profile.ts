/**
 * The name typed with a registration travels with its mail, as the password does. `self_registered` separates
 * accounts with a name that a stranger may have typed from those that an operator added.
 */
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('one_time_tokens', (table) => {
    table.text('profile', 'mediumtext')
  })
  await db.schema.alterTable('accounts', (table) => {
    table.boolean('self_registered').notNullable().defaultTo(false)
  })
  await db('accounts').whereNull('email_verified_at_ms').update({ self_registered: true })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('accounts', (table) => {
    table.dropColumn('self_registered')
  })
  await db.schema.alterTable('one_time_tokens', (table) => {
    table.dropColumn('profile')
  })
}
