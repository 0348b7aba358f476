/** Changes of address that can be undone, and deletions that wait. */
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('one_time_tokens', (table) => {
    // As typed: the address that the account has once the token is used. NULL where a token changes no address.
    table.string('email', 254)
    // For the question whether an address is kept for its former owner.
    table.index(['email_canonical', 'purpose'], 'one_time_tokens_email_index')
  })
  await db.schema.alterTable('accounts', (table) => {
    table.bigInteger('delete_at_ms')
    table.index(['delete_at_ms'], 'accounts_delete_at_index')
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('accounts', (table) => {
    table.dropIndex(['delete_at_ms'], 'accounts_delete_at_index')
    table.dropColumn('delete_at_ms')
  })
  await db.schema.alterTable('one_time_tokens', (table) => {
    table.dropIndex(['email_canonical', 'purpose'], 'one_time_tokens_email_index')
    table.dropColumn('email')
  })
}
