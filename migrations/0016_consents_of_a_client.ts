/** Finds what people allowed one client, to forget it with the client. */
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('consents', (table) => {
    table.index(['client_id'], 'consents_client_index')
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('consents', (table) => {
    table.dropIndex(['client_id'], 'consents_client_index')
  })
}
