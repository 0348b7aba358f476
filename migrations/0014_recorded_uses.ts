/** Uses of codes and refresh tokens, kept long enough to be written again to a Redis that lost them in a failover. */
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('recorded_uses', (table) => {
    if (db.client.config.client === 'mysql2') {
      table.charset('utf8mb4')
      table.collate('utf8mb4_bin')
      table.engine('InnoDB')
    }
    // The key of what was used, in the store: made of a digest, opens nothing.
    table.string('record_key', 100).notNullable().primary()
    // The key of the grant, where there is one.
    table.string('root_key', 64)
    // The mark as the store has it, and the refresh token that was issued with it, without its id.
    table.text('content', 'mediumtext').notNullable()
    table.bigInteger('used_at_ms').notNullable()
    table.bigInteger('until_ms').notNullable()
    table.index(['used_at_ms'], 'recorded_uses_used_index')
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTableIfExists('recorded_uses')
}
