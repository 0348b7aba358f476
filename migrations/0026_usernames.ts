/**
 * User names become unique in a folded form. Where several accounts have one name, the oldest account gets it. The others
 * keep what is shown, and cannot sign in by it until they choose another one.
 */
import type { Knex } from 'knex'
import { isSqlite } from '../src/platform/sql/database.ts'

const BATCH = 500

export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('accounts', (table) => {
    const column = table.string('username_canonical', 190)
    if (!isSqlite(db)) void column.collate('utf8mb4_bin')
  })
  await db.schema.alterTable('accounts', (table) => {
    table.unique(['username_canonical'], { indexName: 'accounts_username_unique' })
  })
  await foldExisting(db)
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('accounts', (table) => {
    table.dropUnique(['username_canonical'], 'accounts_username_unique')
  })
  await db.schema.alterTable('accounts', (table) => {
    table.dropColumn('username_canonical')
  })
}

type Row = { id: string; username: string; createdAtMs: number }

/** Oldest first, so that the first to ask for a name is the one that keeps it. */
async function foldExisting(db: Knex): Promise<void> {
  let last: Row | undefined
  for (;;) {
    const after = last
    const rows: Row[] = await db('accounts')
      .whereNotNull('username')
      .where((page) => {
        if (!after) return
        void page
          .where('createdAtMs', '>', after.createdAtMs)
          .orWhere((same) => same.where('createdAtMs', after.createdAtMs).where('id', '>', after.id))
      })
      .orderBy(['createdAtMs', 'id'])
      .limit(BATCH)
      .select('id', 'username', 'createdAtMs')
    for (const row of rows) await claim(db, row)
    last = rows.at(-1)
    if (rows.length < BATCH) return
  }
}

async function claim(db: Knex, { id, username }: Row): Promise<void> {
  const folded = fold(username)
  const holder: unknown = await db('accounts').where({ username_canonical: folded }).first('id')
  if (!holder) await db('accounts').where({ id }).update({ username_canonical: folded })
}

// As it was when this step was written: a later form gets a step of its own.
function fold(username: string): string {
  return username.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC').slice(0, 190)
}
