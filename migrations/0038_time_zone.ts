/** The time zone of an account (`zoneinfo`, OpenID Connect Core §5.1), by its IANA name. */
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('accounts', (table) => {
    table.string('zoneinfo', 64)
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('accounts', (table) => {
    table.dropColumn('zoneinfo')
  })
}
