/** Second factors: one authenticator app for each account, and the recovery codes that replace it once each. */
import type { Knex } from 'knex'
import { isSqlite } from '../src/platform/sql/database.ts'

export async function up(db: Knex): Promise<void> {
  const create = tableCreator(db)

  await create('account_totps', (table) => {
    table.string('account_id', 36).notNullable().primary()
    ownedByAccount(table, 'account_totps')
    table.string('secret_sealed', 512).notNullable()
    table.string('algorithm', 8).notNullable()
    table.integer('digits').notNullable()
    table.integer('period_seconds').notNullable()
    table.bigInteger('created_at_ms').notNullable()
    // Null while it is set up: such a row is no factor.
    table.bigInteger('confirmed_at_ms')
    // The highest time step that was used. Codes of this step and of earlier ones are refused.
    table.bigInteger('last_step').notNullable().defaultTo(0)
    table.bigInteger('last_used_at_ms')
    // For the purge of those that were never confirmed.
    table.index(['confirmed_at_ms', 'created_at_ms'], 'account_totps_confirmed_index')
  })

  await create('recovery_codes', (table) => {
    table.string('account_id', 36).notNullable()
    ownedByAccount(table, 'recovery_codes')
    table.string('code_digest', 43).notNullable()
    table.bigInteger('created_at_ms').notNullable()
    table.bigInteger('used_at_ms')
    table.primary(['account_id', 'code_digest'])
  })
}

export async function down(db: Knex): Promise<void> {
  for (const name of ['recovery_codes', 'account_totps']) await db.schema.dropTableIfExists(name)
}

type Columns = (table: Knex.CreateTableBuilder) => void

function tableCreator(db: Knex) {
  return async (name: string, columns: Columns): Promise<void> => {
    await db.schema.createTable(name, (table) => {
      if (!isSqlite(db)) {
        table.charset('utf8mb4')
        table.collate('utf8mb4_bin')
        table.engine('InnoDB')
      }
      columns(table)
    })
  }
}

function ownedByAccount(table: Knex.CreateTableBuilder, name: string): void {
  table.foreign('account_id', `${name}_account_foreign`).references('accounts.id').onDelete('CASCADE')
}
