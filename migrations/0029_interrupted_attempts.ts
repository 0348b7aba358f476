import type { Knex } from 'knex'

// Attempts of a message that began and never ended, because the worker died in them.
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('outbox_messages', (table) => {
    table.integer('interruptions').notNullable().defaultTo(0)
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('outbox_messages', (table) => {
    table.dropColumn('interruptions')
  })
}
