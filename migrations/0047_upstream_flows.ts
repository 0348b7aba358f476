/** Sign-ins that wait for the answer of another provider. A row is used once, and gone after an hour. */
import type { Knex } from 'knex'
import { isSqlite } from '../src/platform/sql/database.ts'

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('upstream_flows', (table) => {
    if (!isSqlite(db)) {
      table.charset('utf8mb4')
      table.collate('utf8mb4_bin')
      table.engine('InnoDB')
    }
    table.string('state_digest', 43).notNullable().primary()
    table.string('upstream_id', 64).notNullable()
    table.string('browser_digest', 43).notNullable()
    table.text('payload_sealed').notNullable()
    table.bigInteger('created_at_ms').notNullable()
    table.bigInteger('used_at_ms')
    // When the provider named somebody who is not connected yet.
    table.bigInteger('kept_at_ms')
    table.index(['browser_digest'], 'upstream_flows_browser_index')
    table.index(['created_at_ms'], 'upstream_flows_created_index')
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTableIfExists('upstream_flows')
}
