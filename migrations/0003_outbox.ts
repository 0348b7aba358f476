import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('outbox_messages', (table) => {
    inUtf8(table)
    table.string('id', 36).primary()
    table.string('topic', 64).notNullable()
    table.string('record_key', 255)
    // Sealed with the data key; null once delivered.
    table.text('payload', 'mediumtext')
    table.integer('attempts').notNullable().defaultTo(0)
    // Null when there is nothing left to do (delivered or dead), so that the index below holds only live rows.
    table.bigInteger('next_attempt_at_ms')
    table.bigInteger('leased_until_ms').notNullable().defaultTo(0)
    table.string('lease_owner', 36)
    table.string('last_error', 255)
    table.bigInteger('delivered_at_ms')
    table.bigInteger('dead_at_ms')
    table.bigInteger('created_at_ms').notNullable()
    table.index(['topic', 'next_attempt_at_ms'], 'outbox_messages_due')
    table.index(['lease_owner'], 'outbox_messages_lease_owner')
    table.index(['delivered_at_ms'], 'outbox_messages_delivered')
    table.index(['dead_at_ms'], 'outbox_messages_dead')
  })
  // The built-in mailbox of development; stays empty wherever an SMTP server is configured.
  await db.schema.createTable('mailbox_messages', (table) => {
    inUtf8(table)
    table.string('id', 36).primary()
    table.string('recipient', 320).notNullable()
    table.string('subject', 255).notNullable()
    table.text('text_body', 'mediumtext').notNullable()
    table.text('html_body', 'mediumtext').notNullable()
    table.bigInteger('at_ms').notNullable()
    table.index(['recipient'], 'mailbox_messages_recipient')
  })

  function inUtf8(table: Knex.CreateTableBuilder): void {
    if (db.client.dialect !== 'mysql') return
    table.charset('utf8mb4')
    table.collate('utf8mb4_bin')
  }
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTableIfExists('mailbox_messages')
  await db.schema.dropTableIfExists('outbox_messages')
}
