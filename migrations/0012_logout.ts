/** Which sign-ins of an app were already announced as ended, so that each is announced once. */
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('announced_logouts', (table) => {
    if (db.client.config.client === 'mysql2') {
      table.charset('utf8mb4')
      table.collate('utf8mb4_bin')
      table.engine('InnoDB')
    }
    table.string('sid', 64).notNullable().primary()
    table.bigInteger('announced_at_ms').notNullable()
    table.index(['announced_at_ms'], 'announced_logouts_announced_index')
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTableIfExists('announced_logouts')
}
