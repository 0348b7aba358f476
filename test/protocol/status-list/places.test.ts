import { expect } from 'chai'
import { createPlaceAllocator } from '../../../src/protocol/status-list/place-allocator.ts'
import { createStatusDocuments } from '../../../src/protocol/status-list/status-document.ts'
import {
  findListVersion,
  listIds,
  purgeEntries,
  recordEntry,
  revokeEntries,
} from '../../../src/grant-store/status-entries.ts'
import type { Db } from '../../../src/platform/sql/database.ts'
import { DATABASES } from '../../platform/change-feed-databases.ts'

const HOUR_MS = 3_600_000

for (const { name, open } of DATABASES)
  describe(`places in status lists, on ${name}`, function () {
    let db: Db
    let another: Db
    let close: () => Promise<unknown>
    let nowMs = 1_800_000_000_000
    const clock = () => nowMs

    before(async () => {
      const database = await open()
      db = database.db
      another = name === 'SQLite' ? db : database.openAnother()
      close = () => database.drop()
    })
    after(() => close())

    it('are never given twice, by any number of processes, and fill lists of a fixed size', async () => {
      const sizes = { listSize: 1024, blockSize: 128 }
      const processes = [db, another, another].map((one) => createPlaceAllocator(one, clock, sizes))
      const places = await Promise.all(
        Array.from({ length: 10_000 }, (_, turn) => processes[turn % processes.length]!.next()),
      )
      expect(new Set(places.map(({ listId, idx }) => `${listId} ${idx}`)).size).to.equal(10_000)
      expect(places.every(({ idx }) => idx >= 0 && idx < 1024)).to.equal(true)
      const lists = await listIds(db)
      // Ten lists, and at most one more for each process that began one while others did.
      expect(lists.length).to.be.within(10, 13)
      expect(lists).to.include.members([...new Set(places.map(({ listId }) => listId))])
    })

    it('fit 10 000 tokens into one list, with a small document even when all are revoked', async () => {
      const allocator = createPlaceAllocator(db, clock)
      const places = await Promise.all(Array.from({ length: 10_000 }, () => allocator.next()))
      expect(new Set(places.map(({ listId }) => listId)).size).to.equal(1)
      const { listId } = places[0]!
      const row = (idx: number) => ({
        listId,
        idx,
        grantTag: 'a-grant',
        clientId: 'app',
        expiresAtMs: nowMs + HOUR_MS,
      })
      await db.batchInsert(
        'status_entries',
        places.map(({ idx }) => row(idx)),
        100,
      )
      let signed = 0
      const sign = async (claims: Record<string, unknown>) => `${(signed += 1)}${JSON.stringify(claims)}`
      const documents = createStatusDocuments({ db, clock }, (id) => id, sign)
      const before = await documents.find(listId)
      expect(await documents.find(listId)).to.equal(before)
      expect(signed, 'built once for each version').to.equal(1)
      await revokeEntries(db, { grantTag: 'a-grant' })
      const after = await documents.find(listId)
      expect(after!.etag).not.to.equal(before!.etag)
      expect(after!.jwt.length).to.be.below(1000)
      expect(await documents.find('unknown')).to.equal(undefined)
    })

    it('move the version once for each revocation, and not for one that finds nothing', async () => {
      const { listId, idx } = await createPlaceAllocator(db, clock).next()
      await recordEntry(db, {
        listId,
        idx,
        grantTag: 'b-grant',
        clientId: 'app',
        expiresAtMs: nowMs + HOUR_MS,
      })
      const before = (await findListVersion(db, listId))!
      await Promise.all([1, 2, 3].map(() => revokeEntries(db, { grantTag: 'b-grant' })))
      const after = (await findListVersion(db, listId))!
      expect(after).to.be.greaterThan(before)
      await revokeEntries(db, { grantTag: 'b-grant' })
      await revokeEntries(db, { grantTag: 'unknown' })
      expect(await findListVersion(db, listId)).to.equal(after)
    })

    it('and their lists go when the tokens have expired, but no list that is still being filled', async () => {
      nowMs += 2 * HOUR_MS
      const allocator = createPlaceAllocator(db, clock, { listSize: 4096, blockSize: 128 })
      const { listId, idx } = await allocator.next()
      while ((await purgeEntries(db, nowMs, 1000)) > 0);
      expect(await listIds(db)).to.eql([listId])
      await recordEntry(db, {
        listId,
        idx,
        grantTag: null,
        clientId: 'app',
        expiresAtMs: nowMs + 3 * HOUR_MS,
      })
      nowMs += 2 * HOUR_MS
      await purgeEntries(db, nowMs, 1000)
      expect(await listIds(db)).to.eql([listId])
      nowMs += 2 * HOUR_MS
      await purgeEntries(db, nowMs, 1000)
      expect(await listIds(db)).to.eql([])
    })
  })
