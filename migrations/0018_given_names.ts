/** Given and family name of an account, for apps that ask for them one by one (OpenID Connect Core §5.1). */
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('accounts', (table) => {
    table.string('given_name', 100)
    table.string('family_name', 100)
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('accounts', (table) => {
    table.dropColumn('given_name')
    table.dropColumn('family_name')
  })
}
