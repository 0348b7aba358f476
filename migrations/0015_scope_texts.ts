/** What people read in place of the names of a resource server's scopes: JSON, by scope. */
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('resources', (table) => {
    table.text('scope_texts')
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('resources', (table) => {
    table.dropColumn('scope_texts')
  })
}
