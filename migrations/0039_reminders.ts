/** When the owner of an account was reminded that it is going to be deleted. */
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('accounts', (table) => {
    table.bigInteger('reminded_at_ms')
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('accounts', (table) => {
    table.dropColumn('reminded_at_ms')
  })
}
