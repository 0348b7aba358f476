import { expect } from 'chai'
import { purgeRecorded, recordedRows } from '../../src/grant-store/recorded-rows.ts'
import { DAY_MS } from '../../src/platform/clock.ts'
import { DATABASES } from '../platform/change-feed-databases.ts'
import type { MigratedDatabase } from '../platform/change-feed-databases.ts'

const NOW_MS = 1_700_000_000_000
const TABLE = { table: 'revocations', time: 'revokedAtMs', key: 'rootKey', columns: [] }

for (const { name, open } of DATABASES)
  describe(`what is recorded for Redis, on ${name}`, () => {
    let database: MigratedDatabase

    before(async () => (database = await open()))
    after(() => database.drop())

    it('is read once and in order in any amount, also where many rows have the same time', async () => {
      const kept = Array.from({ length: 1234 }, (_, index) => ({
        rootKey: `key ${String(index).padStart(4, '0')}`,
        revokedAtMs: NOW_MS - DAY_MS + 1 + Math.floor(index / 700),
      }))
      const over = { rootKey: 'over', revokedAtMs: NOW_MS - DAY_MS - 1 }
      await database.db.batchInsert('revocations', [...kept.toReversed(), over], 100)
      const read: string[] = []
      for await (const rows of recordedRows<{ rootKey: string }>(database.db, TABLE, NOW_MS))
        read.push(...rows.map(({ rootKey }) => rootKey))
      expect(read).to.eql(kept.map(({ rootKey }) => rootKey))
    })

    it('is deleted after its retention', async () => {
      expect(await purgeRecorded(database.db, TABLE, NOW_MS)).to.equal(1)
    })
  })
