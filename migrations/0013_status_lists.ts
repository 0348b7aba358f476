/**
 * Which JWT access token has which place of which status list, and whether it was revoked. A place is used once; a
 * row goes when its token has expired, a list when its last row has gone.
 */
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('status_lists', (table) => {
    inUtf8(table)
    table.string('id', 22).notNullable().primary()
    // Places that processes have taken for themselves, from the first on.
    table.integer('reserved').notNullable().defaultTo(0)
    table.bigInteger('reserved_at_ms').notNullable()
    // Changes with every revocation.
    table.bigInteger('version').notNullable().defaultTo(0)
    table.bigInteger('created_at_ms').notNullable()
    table.index(['created_at_ms'], 'status_lists_created_index')
  })
  await db.schema.createTable('status_entries', (table) => {
    inUtf8(table)
    table.string('list_id', 22).notNullable()
    table.integer('idx').notNullable()
    // The tag of the token's grant in the grant store; null for a token without one.
    table.string('grant_tag', 16)
    table.string('client_id', 255).notNullable()
    table.bigInteger('expires_at_ms').notNullable()
    table.boolean('revoked').notNullable().defaultTo(false)
    table.primary(['list_id', 'idx'])
    table.index(['grant_tag'], 'status_entries_grant_index')
    table.index(['client_id'], 'status_entries_client_index')
    table.index(['expires_at_ms'], 'status_entries_expires_index')
  })

  function inUtf8(table: Knex.CreateTableBuilder): void {
    if (db.client.config.client !== 'mysql2') return
    table.charset('utf8mb4')
    table.collate('utf8mb4_bin')
    table.engine('InnoDB')
  }
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTableIfExists('status_entries')
  await db.schema.dropTableIfExists('status_lists')
}
