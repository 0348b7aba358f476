/**
 * Heals a migration that died half way. SQLite takes back what it did, and this remembers what was committed. MySQL and MariaDB
 * commit each change of the schema at once. So the next start runs the migration again, and finds some of its tables there.
 */
import type { Knex } from 'knex'
import { isSqlite } from './database.ts'
import type { Db } from './database.ts'

/** Made before the first migration, beside the two tables of knex, so no migration makes it. */
const BEGUN = 'knex_migrations_begun'

/** What MySQL and MariaDB answer when a table, column, index, foreign key or primary key is there already. */
const THERE_ALREADY = new Set([1050, 1060, 1061, 1068, 1826])
/** What they answer when a column, index or table that is dropped is not there any more. */
const GONE_ALREADY = new Set([1051, 1091])
/** How MariaDB names a foreign key that is there: error 1005 with this number of its storage engine. */
const FOREIGN_KEY_THERE = /errno: 121\b/
const SCHEMA_CHANGE = /^\s*(?:create|alter|drop)\b/i

type Statement = { sql?: string }
type Client = { query: (connection: unknown, statement: Statement | string) => Promise<unknown> }

/** Makes the table that says which migrations have begun. Needs the startup lock. */
export async function prepareToResume(db: Db): Promise<void> {
  const look = isSqlite(db) ? '' : ' character set utf8mb4 collate utf8mb4_bin engine = InnoDB'
  await db.raw(
    `create table if not exists ${BEGUN} (name varchar(255) not null primary key, refused text)${look}`,
  )
}

/** Those that began on this database, most of which have ended. */
export async function begunMigrations(db: Db): Promise<Set<string>> {
  if (!(await db.schema.hasTable(BEGUN))) return new Set()
  const rows: { name: string }[] = await db(BEGUN).select('name')
  return new Set(rows.map(({ name }) => name))
}

/**
 * The migration, able to go on where it was killed. Only one that has begun skips what is there. A table that
 * somebody else made under the same name is an error, at each start.
 */
export function resumable(name: string, migration: Knex.Migration): Knex.Migration {
  return {
    ...migration,
    up: (trx) => (isSqlite(trx) ? runOnce(trx, name, migration) : run(trx, name, migration)),
  }
}

/** The migration and its row are one transaction. knex writes its own row after that, and may be killed before it. */
async function runOnce(trx: Knex, name: string, migration: Knex.Migration): Promise<void> {
  if ((await trx(BEGUN).where({ name }).first('name')) !== undefined) return
  await migration.up(trx)
  await trx(BEGUN).insert({ name })
}

/** `refused` is the statement that found something before this migration had made it. */
type Begun = { refused: string | null }

async function run(trx: Knex, name: string, migration: Knex.Migration): Promise<void> {
  const begun: Begun | undefined = await trx(BEGUN).where({ name }).first('refused')
  // The first change of the schema commits this row too. Without one, the row is taken back with the rest.
  if (!begun) await trx(BEGUN).insert({ name })
  // From here each statement commits by itself, as after the first change of the schema. One that is skipped commits nothing.
  else await trx.raw('commit')
  const client = trx.client as Client
  const { query } = client
  const refuse = (sql: string | null) => trx(BEGUN).where({ name }).update({ refused: sql })
  client.query = skippingWhatIsThere(query, begun, refuse)
  try {
    await migration.up(trx)
  } finally {
    client.query = query
  }
}

function skippingWhatIsThere(
  query: Client['query'],
  begun: Begun | undefined,
  refuse: (sql: string | null) => PromiseLike<unknown>,
): Client['query'] {
  return async (connection, statement) => {
    const sql = typeof statement === 'string' ? statement : (statement.sql ?? '')
    try {
      const answer = await query(connection, statement)
      if (sql === begun?.refused) await refuse(null)
      return answer
    } catch (error) {
      if (!SCHEMA_CHANGE.test(sql) || !isDone(error)) throw error
      if (begun && sql !== begun.refused) return undefined
      await refuse(sql)
      throw error
    }
  }
}

function isDone(error: unknown): boolean {
  if (!(error instanceof Error) || !('errno' in error)) return false
  const number = Number(error.errno)
  if (number === 1005) return FOREIGN_KEY_THERE.test(error.message)
  return THERE_ALREADY.has(number) || GONE_ALREADY.has(number)
}
