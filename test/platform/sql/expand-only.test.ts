import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { openDatabase } from '../../../src/platform/sql/database.ts'
import type { Db } from '../../../src/platform/sql/database.ts'
import { migrate } from '../../../src/platform/sql/migrate.ts'
import { createDatabase } from '../../support/services.ts'
import { brokenRules } from './expand-only.ts'

/** By migration, why the release before does not mind. A column or table goes here one release after its last use. */
const ALLOWED: Readonly<Record<string, string>> = {
  '0017_typed_profile.ts': 'before the first release; later ones fill rows by their keys, in small steps',
  '0030_long_actors.ts': 'a wider column takes what the release before writes',
}

const WORK = /^\s*(?:create|alter|drop|rename|truncate|update|delete)\b/i
const RECORD = /^insert into `knex_migrations` /
const OF_KNEX = /`?knex_/

/** What each migration sends, from its first statement to the row that records it. */
async function statementsOf(db: Db): Promise<Map<string, string[]>> {
  const byMigration = new Map<string, string[]>()
  let sent: string[] = []
  db.on('query', ({ sql, bindings = [] }: { sql: string; bindings?: unknown[] }) => {
    if (WORK.test(sql) && !OF_KNEX.test(sql)) sent.push(sql.trim())
    if (!RECORD.test(sql)) return
    byMigration.set(bindings.map(String).find((value) => value.endsWith('.ts')) ?? '', sent)
    sent = []
  })
  await migrate(db)
  return byMigration
}

const PLACES = [
  {
    name: 'SQLite',
    open: async () => {
      const folder = mkdtempSync(join(tmpdir(), 'expand-'))
      const db = openDatabase({ sqliteFile: join(folder, 'test.sqlite') })
      return { db, drop: async () => rmSync(folder, { recursive: true }) }
    },
  },
  {
    name: 'MariaDB',
    open: async () => {
      const { dsn, drop } = await createDatabase()
      return { db: openDatabase({ mysqlDsn: dsn, sqliteFile: '' }), drop }
    },
  },
]

describe('A migration only adds, so that the release before runs on the newer schema', () => {
  for (const { name, open } of PLACES)
    it(`on ${name}`, async () => {
      const { db, drop } = await open()
      const byMigration = await statementsOf(db)
      await db.destroy()
      await drop()
      expect(byMigration.size, 'migrations').to.be.greaterThan(40)
      for (const [migration, statements] of byMigration) {
        const broken = migration in ALLOWED ? [] : brokenRules(statements)
        expect(broken, migration).to.eql([])
      }
    })

  const REFUSED: [string, string[]][] = [
    ['a dropped column', ['alter table `accounts` drop column `name`']],
    ['a dropped table', ['drop table `accounts`']],
    ['a dropped index', ['alter table `accounts` drop index `accounts_created_index`']],
    ['a renamed column', ['alter table `accounts` rename column `name` to `title`']],
    ['a changed column', ['alter table `accounts` change `name` `title` varchar(9)']],
    ['a renamed table', ['rename table `accounts` to `people`']],
    ['another type', ['alter table `accounts` modify column `name` varchar(9)']],
    ['a column that must be filled', ['alter table `accounts` add `age` int not null']],
    ['one of two columns', ['alter table `accounts` add `a` int, add `age` varchar(2) not null']],
    ['a unique index on a known column', ['alter table `accounts` add unique `i`(`name`)']],
    ['the same, as SQLite has it', ['create unique index `i` on `accounts` (`name`)']],
    [
      'a foreign key on a known column',
      ['alter table `accounts` add constraint `f` foreign key (`name`) references `x` (`y`)'],
    ],
    ['a whole table in one step', ['update `accounts` set `age` = 1']],
    ['deleted rows', ['delete from `accounts` where `id` = ?']],
  ]
  for (const [what, statements] of REFUSED)
    it(`refuses ${what}`, () => {
      expect(brokenRules(statements), what).to.have.length(1)
    })

  it('takes new tables, new columns with indexes, and rows that are filled one by one', () => {
    const statements = [
      'create table `people` (`id` varchar(36) not null)',
      'alter table `people` add unique `people_id`(`id`)',
      'alter table `accounts` add `age` int, add `due` tinyint(1) not null default 0',
      'alter table `accounts` add unique `accounts_age`(`age`)',
      'alter table `accounts` add index `accounts_name`(`name`)',
      'update `accounts` set `age` = ? where `id` = ?',
    ]
    expect(brokenRules(statements)).to.eql([])
  })
})
