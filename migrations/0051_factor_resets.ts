/** Resets of second factors that wait, so that the owner of the account can stop them. */
import type { Knex } from 'knex'
import { isSqlite } from '../src/platform/sql/database.ts'

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('factor_resets', (table) => {
    if (!isSqlite(db)) {
      table.charset('utf8mb4')
      table.collate('utf8mb4_bin')
      table.engine('InnoDB')
    }
    table.string('account_id', 36).notNullable().primary()
    table.foreign('account_id', 'factor_resets_account_foreign').references('accounts.id').onDelete('CASCADE')
    table.string('requested_by', 300).notNullable()
    table.bigInteger('requested_at_ms').notNullable()
    table.bigInteger('due_at_ms').notNullable()
    // Of the link that stops it.
    table.string('token_digest', 43).notNullable()
    table.unique(['token_digest'], { indexName: 'factor_resets_token_unique' })
    table.index(['due_at_ms'], 'factor_resets_due_index')
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTableIfExists('factor_resets')
}
