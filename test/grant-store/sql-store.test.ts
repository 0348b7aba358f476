import { expect } from 'chai'
import { createSqlStore, purgeExpired } from '../../src/grant-store/sql-store.ts'
import { DATABASES } from '../platform/change-feed-databases.ts'
import type { MigratedDatabase } from '../platform/change-feed-databases.ts'

for (const { name, open } of DATABASES) {
  describe(`purging the SQL store on ${name}`, () => {
    let database: MigratedDatabase
    before(async () => (database = await open()))
    after(() => database.drop())

    it('deletes what has expired, in batches, and nothing else', async () => {
      const { db } = database
      const store = createSqlStore({ db, clock: () => 0 })
      const entry = (index: number) => ({
        key: `{t}:at:${index}`,
        payload: 'p',
        expiresAtMs: index < 5 ? 100 : 101,
      })
      await store.commit({ entries: Array.from({ length: 8 }, (_, index) => entry(index)) })
      expect(await purgeExpired(db, 99, 3)).to.equal(0)
      expect(await purgeExpired(db, 100, 3)).to.equal(3)
      expect(await purgeExpired(db, 100, 3)).to.equal(2)
      expect(await purgeExpired(db, 100, 3)).to.equal(0)
      const left = await db('oidc_records').select<{ recordKey: string }[]>('recordKey')
      expect(left.map(({ recordKey }) => recordKey)).to.have.members(['{t}:at:5', '{t}:at:6', '{t}:at:7'])
    })
  })
}
