import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { openDatabase } from '../../src/platform/sql/database.ts'
import { hasPendingMigrations, migrate } from '../../src/platform/sql/migrate.ts'
import { createDatabase } from '../support/services.ts'

for (const name of ['SQLite', 'MariaDB'])
  describe(`the schema of a newer release, on ${name}`, () => {
    it('is one that this release starts on, as it does when somebody goes back', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'newer-schema-'))
      const server = name === 'MariaDB' ? await createDatabase() : undefined
      const db = openDatabase({ mysqlDsn: server?.dsn, sqliteFile: join(folder, 'test.sqlite') })
      await migrate(db)
      await db('knex_migrations').insert({ name: '9999_later.ts', batch: 2, migrationTime: new Date() })
      expect(await hasPendingMigrations(db)).to.equal(false)
      expect((await migrate(db)).applied).to.eql([])
      await db.destroy()
      await server?.drop()
      rmSync(folder, { recursive: true })
    })
  })
