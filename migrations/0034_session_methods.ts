/** How each session was signed in to (RFC 8176), and when each app last used what a person allowed. */
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('account_sessions', (table) => {
    // Methods with a blank between. NULL: from before this column.
    table.string('amr', 100)
  })
  await db.schema.alterTable('consents', (table) => {
    table.bigInteger('last_used_at_ms')
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('account_sessions', (table) => {
    table.dropColumn('amr')
  })
  await db.schema.alterTable('consents', (table) => {
    table.dropColumn('last_used_at_ms')
  })
}
