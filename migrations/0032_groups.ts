/** Groups of accounts, and who is in them. A name is unique in its folded form. */
import type { Knex } from 'knex'
import { isSqlite } from '../src/platform/sql/database.ts'

export async function up(db: Knex): Promise<void> {
  await createTable(db, 'groups', (table) => {
    table.string('id', 36).notNullable().primary()
    table.string('name', 100).notNullable()
    table.string('name_canonical', 190).notNullable().unique({ indexName: 'groups_name_canonical_unique' })
    table.string('description', 500).notNullable()
    table.bigInteger('created_at_ms').notNullable()
    table.bigInteger('updated_at_ms').notNullable()
  })
  await createTable(db, 'group_members', (table) => {
    table.string('group_id', 36).notNullable()
    table.string('account_id', 36).notNullable()
    table.primary(['group_id', 'account_id'])
    table.index(['account_id'], 'group_members_account_index')
    table.foreign('group_id', 'group_members_group_foreign').references('groups.id').onDelete('CASCADE')
    table.foreign('account_id', 'group_members_account_foreign').references('accounts.id').onDelete('CASCADE')
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTableIfExists('group_members')
  await db.schema.dropTableIfExists('groups')
}

type Columns = (table: Knex.CreateTableBuilder) => void

async function createTable(db: Knex, name: string, columns: Columns): Promise<void> {
  await db.schema.createTable(name, (table) => {
    if (!isSqlite(db)) {
      table.charset('utf8mb4')
      table.collate('utf8mb4_bin')
      table.engine('InnoDB')
    }
    columns(table)
  })
}
