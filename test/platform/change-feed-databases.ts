/** A migrated, empty database of each kind, for suites that must behave alike on all. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase } from '../../src/platform/sql/database.ts'
import type { Db } from '../../src/platform/sql/database.ts'
import { copyMigratedFile, createMigratedDatabase } from '../support/database-copy.ts'

export type MigratedDatabase = {
  db: Db
  /** A second connection pool to the same data, as another process has it. */
  openAnother: () => Db
  drop: () => Promise<void>
}

export const DATABASES = [
  { name: 'SQLite', open: openSqlite },
  { name: 'MariaDB', open: openMariadb },
]

async function openSqlite(): Promise<MigratedDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'account-server-'))
  const sqliteFile = join(folder, 'test.sqlite')
  await copyMigratedFile(sqliteFile)
  return opened(
    () => openDatabase({ sqliteFile }),
    () => rm(folder, { recursive: true }),
  )
}

async function openMariadb(): Promise<MigratedDatabase> {
  const { dsn, drop } = await createMigratedDatabase()
  return opened(() => openDatabase({ mysqlDsn: dsn, sqliteFile: '' }), drop)
}

function opened(open: () => Db, remove: () => Promise<void>): MigratedDatabase {
  const db = open()
  const all = [db]
  return {
    db,
    openAnother() {
      const another = open()
      all.push(another)
      return another
    },
    async drop() {
      await Promise.all(all.map((each) => each.destroy()))
      await remove()
    },
  }
}
