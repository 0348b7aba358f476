/** Where a message was recorded, as W3C Trace Context, so that its delivery is part of the same trace. */
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('outbox_messages', (table) => {
    // NULL where traces are off.
    table.string('traceparent', 55)
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('outbox_messages', (table) => {
    table.dropColumn('traceparent')
  })
}
