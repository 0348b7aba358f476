/** The passkey that a registration chose in place of a password. It becomes the account's with the use of the mail. */
import type { Knex } from 'knex'

const INDEX = 'one_time_tokens_credential_index'

export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('one_time_tokens', (table) => {
    table.text('passkey')
    table.string('credential_digest', 43)
    table.index(['credential_digest'], INDEX)
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('one_time_tokens', (table) => {
    table.dropIndex(['credential_digest'], INDEX)
    table.dropColumn('credential_digest')
    table.dropColumn('passkey')
  })
}
