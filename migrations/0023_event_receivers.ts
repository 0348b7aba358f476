/** Lanes of the outbox that one worker holds at a time, and the addresses that get events as webhooks. */
import type { Knex } from 'knex'
import { isSqlite } from '../src/platform/sql/database.ts'

export async function up(knex: Knex): Promise<void> {
  const inUtf8 = (table: Knex.CreateTableBuilder): void => {
    if (isSqlite(knex)) return
    table.charset('utf8mb4')
    table.collate('utf8mb4_bin')
  }
  await knex.schema.createTable('outbox_lanes', (table) => {
    inUtf8(table)
    table.string('topic', 64).primary()
    table.string('owner', 36)
    table.bigInteger('leased_until_ms').notNullable().defaultTo(0)
    table.integer('failures').notNullable().defaultTo(0)
    table.bigInteger('paused_until_ms').notNullable().defaultTo(0)
    table.string('last_error', 255)
  })
  await knex.schema.createTable('webhooks', (table) => {
    inUtf8(table)
    table.string('id', 36).primary()
    table.string('url', 2048).notNullable()
    table.string('description', 255).notNullable()
    // A JSON list of event types; empty for all.
    table.text('event_types').notNullable()
    table.boolean('enabled').notNullable()
    // Sealed with the data key.
    table.text('secret').notNullable()
    // The secret before the last rotation. It signs as well until its time is over.
    table.text('old_secret')
    table.bigInteger('old_secret_until_ms').notNullable().defaultTo(0)
    table.bigInteger('created_at_ms').notNullable()
  })
  await knex.schema.createTable('webhook_events', (table) => {
    inUtf8(table)
    table.string('id', 64).primary()
    table.string('type', 128).notNullable()
    table.string('record_key', 255)
    // Sealed with the data key.
    table.text('payload', 'mediumtext').notNullable()
    table.bigInteger('at_ms').notNullable().index('webhook_events_at')
  })
}

export async function down(knex: Knex): Promise<void> {
  for (const name of ['webhook_events', 'webhooks', 'outbox_lanes']) await knex.schema.dropTableIfExists(name)
}
