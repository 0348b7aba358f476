/** Requests for access that a client sent behind the scenes (CIBA), so that the person they wait for can find them. */
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('backchannel_requests', (table) => {
    if (db.client.config.client === 'mysql2') {
      table.charset('utf8mb4')
      table.collate('utf8mb4_bin')
      table.engine('InnoDB')
    }
    // Names the request on pages; the id that the client polls with is kept sealed.
    table.string('request_digest', 43).notNullable().primary()
    table.string('request_id_sealed', 512).notNullable()
    table.string('account_id', 36).notNullable().references('id').inTable('accounts').onDelete('CASCADE')
    table.string('client_id', 255).notNullable()
    table.text('scope').notNullable()
    table.text('resources').notNullable()
    table.string('binding_message', 255)
    table.text('notification_token_sealed')
    table.string('state', 16).notNullable()
    table.bigInteger('created_at_ms').notNullable()
    table.bigInteger('expires_at_ms').notNullable()
    table.bigInteger('answered_at_ms')
    table.index(['account_id', 'state', 'expires_at_ms'], 'backchannel_requests_account_index')
    table.index(['expires_at_ms'], 'backchannel_requests_expires_index')
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTableIfExists('backchannel_requests')
}
