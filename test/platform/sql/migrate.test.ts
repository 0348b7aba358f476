import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { openDatabase } from '../../../src/platform/sql/database.ts'
import { migrate, withStartupLock } from '../../../src/platform/sql/migrate.ts'
import { createDatabase } from '../../support/services.ts'

const HOLDER = join(import.meta.dirname, 'hold-startup-lock.ts')

const PLACES = [
  {
    name: 'SQLite',
    open: async () => {
      const folder = await mkdtemp(join(tmpdir(), 'migrate-'))
      const env = { SQLITE_FILE: join(folder, 'test.sqlite') }
      return { env, drop: () => rm(folder, { recursive: true }) }
    },
  },
  {
    name: 'MariaDB',
    open: async () => {
      const { dsn, drop } = await createDatabase()
      return { env: { MYSQL_DSN: dsn }, drop }
    },
  },
]

for (const { name, open } of PLACES)
  describe(`the lock that one process holds while it migrates, on ${name}`, function () {
    const ends: (() => unknown)[] = []
    after(() => ends.forEach((end) => end()))

    it('keeps others waiting, and goes with the process when that is killed [S-4.13]', async () => {
      const { env, drop } = await open()
      const { MYSQL_DSN, SQLITE_FILE = '' } = env as Record<string, string>
      const db = openDatabase({ mysqlDsn: MYSQL_DSN, sqliteFile: SQLITE_FILE })
      await withStartupLock(db, () => migrate(db))
      const holder = spawn(process.execPath, [HOLDER], {
        env: { ...process.env, ...env },
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      ends.push(() => holder.kill('SIGKILL'))
      await once(holder.stdout, 'data')
      let entered = false
      const waiting = withStartupLock(db, async () => {
        entered = true
        return migrate(db)
      })
      await new Promise((resolve) => setTimeout(resolve, 300))
      expect(entered, 'entered while another held it').to.equal(false)
      holder.kill('SIGKILL')
      // knex's own lock row was left behind, and is ignored.
      expect(await waiting)
        .to.have.property('applied')
        .eql([])
      await db.destroy()
      await drop()
    })
  })
