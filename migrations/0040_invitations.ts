/** Invitations to register. Each is good for one account. */
import type { Knex } from 'knex'
import { isSqlite } from '../src/platform/sql/database.ts'

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('invitations', (table) => {
    if (!isSqlite(db)) {
      table.charset('utf8mb4')
      table.collate('utf8mb4_bin')
      table.engine('InnoDB')
    }
    table.string('id', 36).notNullable().primary()
    table.string('token_digest', 43).notNullable().unique({ indexName: 'invitations_token_unique' })
    // NULL: any address may use it.
    table.string('email', 254)
    table.string('email_canonical', 254)
    table.string('role', 32)
    // The ids of groups, as a JSON list.
    table.text('group_ids').notNullable()
    table.string('created_by', 255).notNullable()
    table.bigInteger('created_at_ms').notNullable()
    table.bigInteger('expires_at_ms').notNullable()
    // Who registered with it last; it stays usable until one of them confirms the address.
    table.string('account_id', 36)
    table.bigInteger('used_at_ms')
    table.index(['account_id'], 'invitations_account_index')
    table.index(['expires_at_ms'], 'invitations_expiry_index')
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTableIfExists('invitations')
}
