/** Pictures of accounts, as the server made them of what was uploaded. */
import type { Knex } from 'knex'
import { isSqlite } from '../src/platform/sql/database.ts'

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('account_pictures', (table) => {
    if (!isSqlite(db)) {
      table.charset('utf8mb4')
      table.collate('utf8mb4_bin')
      table.engine('InnoDB')
    }
    // Random, and another one for each upload: it is the address of the picture.
    table.string('id', 32).notNullable().primary()
    table.string('account_id', 36).notNullable().unique('account_pictures_account_unique')
    table
      .foreign('account_id', 'account_pictures_account_foreign')
      .references('accounts.id')
      .onDelete('CASCADE')
    // WebP in base64: text moves alike between all databases, exports and the person's own data.
    table.text('large', 'mediumtext').notNullable()
    table.text('small', 'mediumtext').notNullable()
    table.bigInteger('created_at_ms').notNullable()
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTableIfExists('account_pictures')
}
