/** Which version of the terms and of the privacy notice a person accepted last, and when. */
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('accounts', (table) => {
    // NULL: none yet.
    table.string('terms_version', 64)
    table.bigInteger('terms_accepted_at_ms')
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('accounts', (table) => {
    table.dropColumn('terms_version')
    table.dropColumn('terms_accepted_at_ms')
  })
}
