/** Sign-in with other providers: their definitions, and the accounts that people connected with them. */
import type { Knex } from 'knex'
import { isSqlite } from '../src/platform/sql/database.ts'

export async function up(db: Knex): Promise<void> {
  await createTable(db, 'upstreams', (table) => {
    table.string('id', 64).notNullable().primary()
    table.string('kind', 8).notNullable()
    table.string('label', 100).notNullable()
    table.string('issuer', 512)
    table.text('endpoints').notNullable()
    table.string('client_id', 255).notNullable()
    table.text('client_secret_sealed')
    table.string('auth_method', 32).notNullable()
    table.string('scope', 1000).notNullable()
    table.text('parameters').notNullable()
    table.text('mapping').notNullable()
    table.text('clients').notNullable()
    table.text('email_domains').notNullable()
    table.string('sign_up', 16).notNullable()
    table.string('email_trust', 16).notNullable()
    table.boolean('trust_mfa').notNullable()
    table.text('mfa_levels').notNullable()
    table.boolean('enabled').notNullable()
    table.bigInteger('created_at_ms').notNullable()
    table.bigInteger('updated_at_ms').notNullable()
  })
  await createTable(db, 'upstream_links', (table) => {
    table.string('id', 36).notNullable().primary()
    table.string('upstream_id', 64).notNullable()
    // MySQL ignores blanks at the end of a text that it compares; a digest has none.
    table.string('subject_digest', 43).notNullable()
    table.string('subject', 255).notNullable()
    table.string('account_id', 36).notNullable()
    // What the person sees of the other account.
    table.string('shown_as', 255).notNullable()
    table.bigInteger('created_at_ms').notNullable()
    table.bigInteger('last_used_at_ms')
    table.unique(['upstream_id', 'subject_digest'], { indexName: 'upstream_links_subject_unique' })
    table.unique(['account_id', 'upstream_id'], { indexName: 'upstream_links_account_unique' })
    table
      .foreign('upstream_id', 'upstream_links_upstream_foreign')
      .references('upstreams.id')
      .onDelete('CASCADE')
    table
      .foreign('account_id', 'upstream_links_account_foreign')
      .references('accounts.id')
      .onDelete('CASCADE')
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTableIfExists('upstream_links')
  await db.schema.dropTableIfExists('upstreams')
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
