/** A migrated, empty database of each kind, for suites that must behave alike on all. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase } from '../../src/platform/sql/database.ts'
import type { Db } from '../../src/platform/sql/database.ts'
import { migrate } from '../../src/platform/sql/migrate.ts'
import { createDatabase } from '../support/services.ts'

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
  const open = () => openDatabase({ sqliteFile: join(folder, 'test.sqlite') })
  return await migrated(open, () => rm(folder, { recursive: true }))
}

async function openMariadb(): Promise<MigratedDatabase> {
  const { dsn, drop } = await createDatabase()
  return await migrated(() => openDatabase({ mysqlDsn: dsn, sqliteFile: '' }), drop)
}

async function migrated(open: () => Db, remove: () => Promise<void>): Promise<MigratedDatabase> {
  const db = open()
  const opened = [db]
  await migrate(db)
  return {
    db,
    openAnother() {
      const another = open()
      opened.push(another)
      return another
    },
    async drop() {
      await Promise.all(opened.map((each) => each.destroy()))
      await remove()
    },
  }
}
