/** Revocations of grants and sessions, kept long enough to be repeated to a Redis that lost them in a failover. */
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('revocations', (table) => {
    if (db.client.config.client === 'mysql2') {
      table.charset('utf8mb4')
      table.collate('utf8mb4_bin')
      table.engine('InnoDB')
    }
    // The key of the grant or session in the store: made of a digest, opens nothing.
    table.string('root_key', 64).notNullable().primary()
    table.bigInteger('revoked_at_ms').notNullable()
    table.index(['revoked_at_ms'], 'revocations_revoked_index')
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTableIfExists('revocations')
}
