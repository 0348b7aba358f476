/** When the browser that registered was signed in by the confirmation of its address, which happens once. */
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('one_time_tokens', (table) => {
    table.bigInteger('signed_in_at_ms')
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('one_time_tokens', (table) => {
    table.dropColumn('signed_in_at_ms')
  })
}
