/**
 * The books: accounts, transfers, and two entries for each transfer. Beside them are the answers to idempotency keys and
 * the sessions of the page. The bank is the account with the empty `sub`; it alone may be below zero.
 */
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  const column = asciiColumns(db)
  await createBooks(db, column)
  await createBesides(db, column)
  await db('accounts').insert({ sub: '', name: 'Bank', balance_minor: 0, opened_at_ms: Date.now() })
}

export async function down(db: Knex): Promise<void> {
  for (const name of ['sessions', 'idempotency_keys', 'entries', 'transfers', 'accounts'])
    await db.schema.dropTable(name)
}

type Column = ReturnType<typeof asciiColumns>

async function createBooks(db: Knex, column: Column): Promise<void> {
  await db.schema.createTable('accounts', (table) => {
    table.increments('id')
    column(table, 'sub', 255).notNullable().unique()
    table.string('name', 255)
    table.bigInteger('balance_minor').notNullable()
    table.bigInteger('opened_at_ms').notNullable()
    table.check("balance_minor >= 0 or sub = ''", [], 'accounts_not_overdrawn')
  })
  await db.schema.createTable('transfers', (table) => {
    column(table, 'id', 36).primary()
    column(table, 'kind', 10).notNullable()
    table.integer('sender_id').unsigned().notNullable().references('accounts.id')
    table.integer('recipient_id').unsigned().notNullable().references('accounts.id')
    table.string('recipient_name', 255)
    table.bigInteger('amount_minor').notNullable()
    table.string('note', 140)
    table.bigInteger('created_at_ms').notNullable()
    table.check('amount_minor > 0', [], 'transfers_positive')
  })
  await db.schema.createTable('entries', (table) => {
    table.bigIncrements('id')
    column(table, 'transfer_id', 36).notNullable().references('transfers.id')
    table.integer('account_id').unsigned().notNullable().references('accounts.id')
    table.integer('counter_account_id').unsigned().notNullable().references('accounts.id')
    table.bigInteger('amount_minor').notNullable()
    table.bigInteger('balance_minor').notNullable()
    table.index(['account_id', 'id'])
  })
}

async function createBesides(db: Knex, column: Column): Promise<void> {
  await db.schema.createTable('idempotency_keys', (table) => {
    column(table, 'sender_sub', 255).notNullable()
    column(table, 'idempotency_key', 255).notNullable()
    column(table, 'fingerprint', 64).notNullable()
    table.integer('status').notNullable()
    table.text('body').notNullable()
    table.bigInteger('created_at_ms').notNullable().index()
    table.primary(['sender_sub', 'idempotency_key'])
  })
  await db.schema.createTable('sessions', (table) => {
    column(table, 'id_digest', 64).primary()
    column(table, 'sub', 255).notNullable()
    table.string('name', 255).notNullable()
    table.text('id_token').notNullable()
    column(table, 'csrf', 64).notNullable()
    table.bigInteger('expires_at_ms').notNullable().index()
  })
}

/** Compared byte for byte, also on MySQL. ASCII, so that two of them fit into one key. */
function asciiColumns(db: Knex) {
  const isMysql = db.client.config.client === 'mysql2'
  return (table: Knex.CreateTableBuilder, name: string, length: number): Knex.ColumnBuilder => {
    const made = table.string(name, length)
    return isMysql ? made.collate('ascii_bin') : made
  }
}
