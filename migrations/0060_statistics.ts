/**
 * What happened how often, for the start page of the administration. There are counts of each minute of the last hours, and of each
 * quarter of an hour of the last days. Those of a day (UTC) are kept for months. Every process adds its own.
 */
import type { Knex } from 'knex'
import { isSqlite } from '../src/platform/sql/database.ts'

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('statistics', (table) => {
    if (!isSqlite(db)) {
      table.charset('utf8mb4')
      table.collate('utf8mb4_bin')
      table.engine('InnoDB')
    }
    table.string('step', 8).notNullable()
    table.bigInteger('at_ms').notNullable()
    table.string('series', 64).notNullable()
    table.bigInteger('total').notNullable()
    table.primary(['step', 'at_ms', 'series'])
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTableIfExists('statistics')
}
