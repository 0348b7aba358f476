import type { Knex } from 'knex'

// Finds the messages of one topic and key in their order, for sinks that are ordered.
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('outbox_messages', (table) => {
    table.index(['topic', 'record_key', 'id'], 'outbox_messages_order')
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('outbox_messages', (table) => {
    table.dropIndex(['topic', 'record_key', 'id'], 'outbox_messages_order')
  })
}
