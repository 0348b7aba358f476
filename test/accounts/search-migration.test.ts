import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { down, up } from '../../migrations/0061_account_search.ts'
import { fillSearchColumns } from '../../src/account-cache/changed-account.ts'
import { searchColumns, SEARCH_COLUMNS, SEARCHED_FIELDS } from '../../src/account-cache/search-columns.ts'
import type { SearchColumns, SearchedFields } from '../../src/account-cache/search-columns.ts'
import { createAccount } from '../../src/accounts/account.ts'
import { listAccounts } from '../../src/accounts/search/account-list.ts'
import { openDatabase } from '../../src/platform/sql/database.ts'
import type { Db } from '../../src/platform/sql/database.ts'
import { migrate } from '../../src/platform/sql/migrate.ts'
import { createDatabase } from '../support/services.ts'

const PLACES: [string, () => Promise<{ db: Db; drop: () => Promise<unknown> }>][] = [
  [
    'SQLite',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'account-search-'))
      const db = openDatabase({ sqliteFile: join(folder, 'test.sqlite') })
      return { db, drop: () => rm(folder, { recursive: true }) }
    },
  ],
  [
    'MariaDB',
    async () => {
      const { dsn, drop } = await createDatabase()
      return { db: openDatabase({ mysqlDsn: dsn, sqliteFile: '' }), drop }
    },
  ],
]

const NAMES = [
  '',
  'Ada King',
  'Łukasz  Żak',
  'Жанна Ёлкина',
  'Ὀδυσσεύς',
  'Siân O’Neill',
  '김철수',
  'x'.repeat(99) + 'ﷺ',
]
const MANY = 450

for (const [place, open] of PLACES)
  describe(`accounts from before they could be searched by beginnings, on ${place}`, () => {
    let db: Db
    let drop: () => Promise<unknown>
    beforeEach(async () => {
      ;({ db, drop } = await open())
      await migrate(db)
      for (let n = 0; n < MANY; n += 1)
        await createAccount(
          db,
          {
            email: `p${n}@d${n % 3}.example.com`,
            name: NAMES[n % NAMES.length],
            ...(n % 16 === 0 && { givenName: 'Søren', familyName: `Æ${n}` }),
            passwordHash: null,
          },
          n,
        )
    })
    afterEach(async () => {
      await db.destroy()
      await drop()
    })

    /** The accounts with columns that do not follow from the others. */
    async function wrong(): Promise<string[]> {
      const rows: (SearchedFields & SearchColumns)[] = await db('accounts').select(
        ...SEARCHED_FIELDS,
        ...SEARCH_COLUMNS,
      )
      expect(rows).to.have.length(MANY)
      return rows.flatMap((row) => {
        const { nameFolded, secondNameFolded, emailDomain } = row
        const is = JSON.stringify({ nameFolded, secondNameFolded, emailDomain })
        return is === JSON.stringify(searchColumns(row)) ? [] : [is]
      })
    }

    it('are found, and the columns are those that a change would write', async () => {
      await down(db)
      await up(db)
      expect(await wrong()).to.deep.equal([])
      expect((await listAccounts(db, { search: 'lukasz' })).accounts).to.have.length.greaterThan(10)
    })

    it('are found after a start that was killed at any step', async () => {
      await down(db)
      await db.schema.alterTable('accounts', (table) => table.string('name_folded', 100))
      await up(db)
      expect(await wrong(), 'killed after one column').to.deep.equal([])
      await db.schema.alterTable('accounts', (table) =>
        table.dropIndex(['email_domain', 'id'], 'accounts_domain_index'),
      )
      await db('accounts').where('createdAtMs', '>', 170).update({ nameFolded: null, emailDomain: null })
      await up(db)
      expect(await wrong(), 'killed while it filled').to.deep.equal([])
    })

    it('that the release before inserts meanwhile are filled by the upkeep', async () => {
      const empty = { nameFolded: null, secondNameFolded: null, emailDomain: null }
      await db('accounts').where('createdAtMs', '<', 120).update(empty)
      expect([await fillSearchColumns(db, 100), await fillSearchColumns(db, 100)]).to.eql([100, 20])
      expect(await fillSearchColumns(db, 100)).to.equal(0)
      expect(await wrong()).to.deep.equal([])
    })
  })
