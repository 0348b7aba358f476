import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { revokeEntries, revokeEntriesIn } from '../../src/grant-store/status-entries.ts'
import type { Place } from '../../src/grant-store/status-entries.ts'
import { createTokenStatuses, PLAIN_STATUSES } from '../../src/grant-store/token-statuses.ts'
import type { TokenStatuses } from '../../src/grant-store/token-statuses.ts'
import { inTransaction } from '../../src/platform/sql/database.ts'
import { pause } from '../support/service-process.ts'
import { sources } from '../support/source-tree.ts'
import { CACHE_KINDS, openCacheProcesses } from '../support/cache-processes.ts'
import type { CacheProcess } from '../support/cache-processes.ts'

type Process = CacheProcess<TokenStatuses>

const STATUSES = {
  create: createTokenStatuses,
  codec: PLAIN_STATUSES,
  reads: /from .status_entries.\s+left join/,
}
/** SQLite takes no more values in one statement. */
const AT_ONCE = 100

for (const kind of CACHE_KINDS)
  describe(`unrevoked tokens in the caches of two processes, on ${kind.name}`, () => {
    const { database, otherLagsMs } = kind
    let [changer, other]: Process[] = []
    let close: () => Promise<void>

    before(async () => {
      ;({ changer, other, close } = await openCacheProcesses(kind, STATUSES))
    })
    after(() => close())

    /** Places of new tokens, in a list of their own. */
    async function issue(count: number, clientId = 'app', grantTag: string | null = null): Promise<Place[]> {
      const listId = randomUUID().slice(0, 22)
      const created = { reserved: count, reservedAtMs: 1, createdAtMs: 1 }
      await changer!.db('status_lists').insert({ id: listId, ...created })
      const places = Array.from({ length: count }, (_, idx) => ({ listId, idx }))
      const rows = places.map((place) => ({ ...place, grantTag, clientId, expiresAtMs: 1 }))
      await changer!.db.batchInsert('status_entries', rows, AT_ONCE)
      return places
    }

    const both = () => [changer!, other!]
    const expectAll = async (places: Place[], unrevoked: boolean, what = '') => {
      for (const { cache } of both())
        for (const place of places)
          expect(await cache.isUnrevoked(place), `${what} ${place.idx}`).to.equal(unrevoked)
    }

    it('are never found after their revocation was answered, in hundreds of parallel revocations', async () => {
      const places = await issue(200)
      const answeredAtMs = new Map<Place, number>()
      const revoke = async (mine: Place[]) => {
        for (const place of mine) {
          await revokeEntries(changer!.db, place)
          answeredAtMs.set(place, performance.now())
          // Readers fill the cache again before the next revocation, or not.
          if (place.idx % 3 === 0) await new Promise((resolve) => setImmediate(resolve))
        }
      }
      let asked = 0
      const read = async ({ cache }: Process, lagsMs: number) => {
        while (answeredAtMs.size < places.length) {
          // Memory answers at once, and would never let anybody else run.
          await new Promise((resolve) => setImmediate(resolve))
          // The next ones and the last ones: all others would only keep the readers busy.
          for (const place of places.slice(0, answeredAtMs.size + 12).slice(-24)) {
            const revokedAtMs = answeredAtMs.get(place)
            const mustBeSeen = revokedAtMs !== undefined && revokedAtMs <= performance.now() - lagsMs
            const found = await cache.isUnrevoked(place)
            if (mustBeSeen) expect(found, `${place.idx}`).to.equal(false)
            asked += 1
          }
        }
      }
      const revoking = [0, 1, 2].map((share) => revoke(places.filter(({ idx }) => idx % 3 === share)))
      const reading = both().flatMap((one) => [1, 2].map(() => read(one, one === other ? otherLagsMs : 0)))
      await Promise.all([...revoking, ...reading])
      expect(asked, 'asked').to.be.greaterThan(500)
      // How many of them the cache answered depends on who is faster. What it saves is counted below, while nothing changes.
      if (otherLagsMs > 0) await pause(otherLagsMs)
      await expectAll(places, false)
    })

    it('cost one query each while nothing changes', async () => {
      const places = await issue(3)
      await other!.poll()
      const before = other!.reads()
      for (let turn = 0; turn < 200; turn += 1)
        expect(await other!.cache.isUnrevoked(places[turn % 3]!), `${turn}`).to.equal(true)
      // Another query is due when the machine was too busy for the change feed.
      expect(other!.reads() - before).to.be.within(3, 30)
    })

    it('are all forgotten at once when those of a client are revoked, in thousands and in several lists', async () => {
      const lists = await Promise.all([issue(2000, 'gone'), issue(700, 'gone')])
      const [others] = await issue(1)
      const asked = lists.flatMap((places) => [0, 1, 255, 256, 699].map((idx) => places[idx]!))
      await expectAll(asked, true, 'warm')
      await revokeEntries(changer!.db, { clientId: 'gone' })
      if (otherLagsMs > 0) await pause(otherLagsMs)
      await expectAll(asked, false)
      await expectAll([others!], true, 'of another client')
    })

    it('are not cached by a reader that found them before the revocation committed', async () => {
      if (database === 'SQLite') return
      const places = await issue(1, 'app', 'a-grant')
      await inTransaction(changer!.db, async (trx) => {
        await revokeEntriesIn(trx, { grantTag: 'a-grant' })
        await expectAll(places, true, 'what everybody still reads')
      })
      if (otherLagsMs > 0) await pause(otherLagsMs)
      await expectAll(places, false)
    })

    it('are forgotten by a revocation that comes after SQL has lost their rows', async () => {
      const [place] = await issue(1)
      await expectAll([place!], true, 'warm')
      await changer!.db('status_entries').where(place!).delete()
      await revokeEntries(changer!.db, place!)
      if (otherLagsMs > 0) await pause(otherLagsMs)
      await expectAll([place!], false)
    })

    it('are not among places that are empty, for long', async () => {
      const place = { listId: 'never-issued', idx: 7 }
      await expectAll([place, place], false)
      await changer!.db('status_lists').insert({
        id: place.listId,
        reserved: 8,
        reservedAtMs: 1,
        createdAtMs: 1,
      })
      await changer!
        .db('status_entries')
        .insert({ ...place, grantTag: null, clientId: 'app', expiresAtMs: 1 })
      await expectAll([place], true, 'issued since')
    })
  })

describe('the rows of status entries', () => {
  it('are named by one file alone, which fences the cache', () => {
    const naming = sources.filter(({ text }) =>
      /\bstatus_entries['"`]/.test(text.replaceAll(/\/\*.*?\*\//gs, '')),
    )
    expect(naming.map(({ file }) => file)).to.eql(['grant-store/status-entries.ts'])
  })
})
