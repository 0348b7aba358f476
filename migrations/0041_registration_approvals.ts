/** Accounts that registered and wait for an operator. The row goes with the answer. */
import type { Knex } from 'knex'
import { isSqlite } from '../src/platform/sql/database.ts'

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('registration_approvals', (table) => {
    if (!isSqlite(db)) {
      table.charset('utf8mb4')
      table.collate('utf8mb4_bin')
      table.engine('InnoDB')
    }
    table.string('account_id', 36).notNullable().primary()
    table.bigInteger('requested_at_ms').notNullable()
    table
      .foreign('account_id', 'registration_approvals_account_foreign')
      .references('accounts.id')
      .onDelete('CASCADE')
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTableIfExists('registration_approvals')
}
