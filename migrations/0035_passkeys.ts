/** Passkeys: the public keys of an account's authenticators. */
import type { Knex } from 'knex'
import { isSqlite } from '../src/platform/sql/database.ts'

export async function up(db: Knex): Promise<void> {
  const create = tableCreator(db)

  await create('passkeys', (table) => {
    table.string('id', 36).notNullable().primary()
    table.string('account_id', 36).notNullable()
    ownedByAccount(table, 'passkeys')
    // Ids have up to 1023 bytes, which no index takes, so their digest is unique.
    table.string('credential_digest', 43).notNullable().unique('passkeys_credential_digest_unique')
    table.string('credential_id', 1400).notNullable()
    // Random: an authenticator must not say who the person is (WebAuthn §14.6.1). All passkeys of an account share it.
    table.string('user_handle', 86).notNullable()
    table.text('public_key').notNullable()
    table.bigInteger('counter').notNullable()
    table.string('transports', 100).notNullable()
    table.string('aaguid', 36).notNullable()
    table.boolean('synced').notNullable()
    table.boolean('backed_up').notNullable()
    table.string('name', 100).notNullable()
    table.bigInteger('created_at_ms').notNullable()
    table.bigInteger('last_used_at_ms')
    // When the owner was last warned that the counter went back.
    table.bigInteger('warned_at_ms')
    table.index(['account_id', 'created_at_ms'], 'passkeys_account_index')
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTableIfExists('passkeys')
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
