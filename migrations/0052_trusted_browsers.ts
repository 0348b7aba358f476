/** Browsers that their owners trust: an account’s second step is not asked for there. */
import type { Knex } from 'knex'
import { isSqlite } from '../src/platform/sql/database.ts'

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('trusted_browsers', (table) => {
    if (!isSqlite(db)) {
      table.charset('utf8mb4')
      table.collate('utf8mb4_bin')
      table.engine('InnoDB')
    }
    table.string('id', 36).notNullable().primary()
    table.string('account_id', 36).notNullable()
    table
      .foreign('account_id', 'trusted_browsers_account_foreign')
      .references('accounts.id')
      .onDelete('CASCADE')
    // Of the secret in the browser's cookie. All accounts of one browser share the secret.
    table.string('secret_digest', 43).notNullable()
    table.string('browser', 100).notNullable()
    table.bigInteger('trusted_at_ms').notNullable()
    table.bigInteger('last_used_at_ms')
    table.bigInteger('expires_at_ms').notNullable()
    table.unique(['account_id', 'secret_digest'], { indexName: 'trusted_browsers_secret_unique' })
    table.index(['expires_at_ms'], 'trusted_browsers_expires_index')
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTableIfExists('trusted_browsers')
}
