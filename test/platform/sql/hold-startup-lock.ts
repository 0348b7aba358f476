/** Holds the startup lock in the middle of a migration until it is killed; says when it has begun. */
import { openDatabase } from '../../../src/platform/sql/database.ts'
import { withStartupLock } from '../../../src/platform/sql/migrate.ts'

const { MYSQL_DSN, SQLITE_FILE = '' } = process.env
const db = openDatabase({ mysqlDsn: MYSQL_DSN, sqliteFile: SQLITE_FILE })
await withStartupLock(db, async () => {
  await db('knex_migrations_lock').update({ isLocked: 1 })
  process.stdout.write('held\n')
  await new Promise((resolve) => setTimeout(resolve, 60_000))
})
