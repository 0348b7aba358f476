/** Logos of apps, as the server made them of what an operator uploaded. */
import type { Knex } from 'knex'
import { isSqlite } from '../src/platform/sql/database.ts'

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('client_logos', (table) => {
    if (!isSqlite(db)) {
      table.charset('utf8mb4')
      table.collate('utf8mb4_bin')
      table.engine('InnoDB')
    }
    table.string('client_id', 255).notNullable().primary()
    table
      .foreign('client_id', 'client_logos_client_foreign')
      .references('clients.client_id')
      .onDelete('CASCADE')
    // SHA-256 of the picture, in hexadecimal digits: it is in the address.
    table.string('id', 64).notNullable()
    // PNG in base64: text moves alike between all databases and exports.
    table.text('image', 'mediumtext').notNullable()
    table.bigInteger('created_at_ms').notNullable()
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTableIfExists('client_logos')
}
