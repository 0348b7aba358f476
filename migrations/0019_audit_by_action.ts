/** Finds what is old of one action, to delete it sooner than the rest of the trail; and what the outbox gave up long ago. */
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('audit_events', (table) => {
    table.index(['action', 'at_ms'], 'audit_events_action_index')
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('audit_events', (table) => {
    table.dropIndex(['action', 'at_ms'], 'audit_events_action_index')
  })
}
