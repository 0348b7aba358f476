/**
 * Chains the audit trail. An entry gets its chain, its number and its hash after it was committed, so that requests only
 * insert. An entry with a fold key still counts repetitions and waits. Heads and anchors are sealed with a data key.
 */
import type { Knex } from 'knex'
import { isSqlite } from '../src/platform/sql/database.ts'

const COLUMNS = ['chain', 'chain_seq', 'chain_hash', 'client_id', 'request_id', 'times', 'fold_key']

export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('audit_events', (table) => {
    // NULL until the entry is chained.
    table.string('chain', 16)
    table.bigInteger('chain_seq')
    table.string('chain_hash', 43)
    table.string('client_id', 255)
    table.string('request_id', 64)
    table.integer('times').notNullable().defaultTo(1)
    table.string('fold_key', 43)
    table.unique(['chain', 'chain_seq'], { indexName: 'audit_events_chain_unique' })
    table.unique(['fold_key'], { indexName: 'audit_events_fold_unique' })
    table.index(['actor', 'id'], 'audit_events_actor_index')
  })
  await createTable(db, 'audit_chains', (table) => {
    table.string('chain', 16).notNullable().primary()
    table.bigInteger('seq').notNullable()
    table.string('hash', 43).notNullable()
    table.bigInteger('anchored_seq').notNullable()
    table.bigInteger('anchored_at_ms').notNullable()
    table.string('sealed', 512)
  })
  await createTable(db, 'audit_anchors', (table) => {
    table.string('id', 64).notNullable().primary()
    table.string('chain', 16).notNullable()
    table.bigInteger('seq').notNullable()
    table.string('hash', 43).notNullable()
    table.string('kind', 16).notNullable()
    table.bigInteger('at_ms').notNullable()
    table.string('sealed', 512).notNullable()
    table.index(['chain', 'seq'], 'audit_anchors_seq_index')
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTableIfExists('audit_anchors')
  await db.schema.dropTableIfExists('audit_chains')
  await db.schema.alterTable('audit_events', (table) => {
    table.dropUnique(['chain', 'chain_seq'], 'audit_events_chain_unique')
    table.dropUnique(['fold_key'], 'audit_events_fold_unique')
    table.dropIndex(['actor', 'id'], 'audit_events_actor_index')
  })
  await db.schema.alterTable('audit_events', (table) => {
    for (const column of COLUMNS) table.dropColumn(column)
  })
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
