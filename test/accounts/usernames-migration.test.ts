import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { down, up } from '../../migrations/0026_usernames.ts'
import { findAccountByLogin } from '../../src/accounts/username.ts'
import { openDatabase } from '../../src/platform/sql/database.ts'
import type { Db } from '../../src/platform/sql/database.ts'
import { migrate } from '../../src/platform/sql/migrate.ts'
import { createDatabase } from '../support/services.ts'

const PLACES: [string, () => Promise<{ db: Db; drop: () => Promise<unknown> }>][] = [
  [
    'SQLite',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'usernames-'))
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

/** Names that are one name today, as accounts had them before, the oldest first. */
const GROUPS: [what: string, names: string[]][] = [
  ['the same name', ['ann', 'ann']],
  ['case', ['Bob', 'BOB', 'bob']],
  ['composed and decomposed letters', ['Zo\u00eb', 'Zoe\u0308']],
  ['full-width letters', ['\uff23arl', 'carl']],
  ['\u00df and SS', ['Gro\u00df', 'GROSS']],
]

for (const [place, open] of PLACES)
  describe(`accounts that had a user name before names were unique, on ${place}`, () => {
    it('keep what is shown, and the oldest of several signs in by it', async () => {
      const { db, drop } = await open()
      try {
        await migrate(db)
        await down(db)
        const ids = new Map<string, string[]>()
        for (const [what, names] of GROUPS)
          for (const [age, username] of names.entries()) {
            const email = `${GROUPS.findIndex(([one]) => one === what)}-${age}@example.org`
            const id = await insertNamed(db, { email, username, createdAtMs: 1000 + age })
            ids.set(what, [...(ids.get(what) ?? []), id])
          }
        await up(db)
        for (const [what, names] of GROUPS) {
          const [oldest] = ids.get(what)!
          for (const name of names) expect((await findAccountByLogin(db, name))?.id, what).to.equal(oldest)
          const kept: string[] = await db('accounts')
            .whereIn('id', ids.get(what)!)
            .orderBy('createdAtMs')
            .pluck('username')
          expect(kept, what).to.eql(names)
        }
      } finally {
        await db.destroy()
        await drop()
      }
    })
  })

/** As an earlier release did: the table had no folded name. */
async function insertNamed(
  db: Db,
  { email, username, createdAtMs }: { email: string; username: string; createdAtMs: number },
): Promise<string> {
  const id = `id-${email}`
  await db('accounts').insert({
    id,
    email,
    emailCanonical: email,
    name: '',
    username,
    selfRegistered: false,
    sessionsValidFromMs: createdAtMs,
    createdAtMs,
    updatedAtMs: createdAtMs,
  })
  return id
}
