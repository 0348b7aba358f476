import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import type { GrantStore } from '../../src/grant-store/grant-store.ts'
import { purgeUses, reapplyUses, recordUses } from '../../src/grant-store/recorded-uses.ts'
import type { RestoringStore } from '../../src/grant-store/recorded-uses.ts'
import { newVersion } from '../../src/provider/records/session-records.ts'
import { grantKey, locate, newTokenId, tagOf } from '../../src/grant-store/token-ids.ts'
import { DAY_MS } from '../../src/platform/clock.ts'
import { createLogger } from '../../src/platform/logging/log.ts'
import { digest } from '../../src/platform/tokens.ts'
import { DATABASES } from '../platform/change-feed-databases.ts'
import type { MigratedDatabase } from '../platform/change-feed-databases.ts'
import { REDIS_STORES } from './stores.ts'
import type { OpenStore } from './stores.ts'

const log = createLogger('silent', 'test')
const soon = () => Date.now() + 60_000

for (const { name, open } of REDIS_STORES)
  for (const { name: sql, open: openSql } of DATABASES)
    describe(`uses recorded in ${sql} and restored to ${name}`, function () {
      let opened: OpenStore
      let database: MigratedDatabase
      let inner: RestoringStore
      let store: GrantStore

      before(async () => {
        ;[opened, database] = await Promise.all([open(Date.now), openSql()])
        inner = opened.store as RestoringStore
        store = recordUses({ db: database.db, log, store: inner })
      })
      beforeEach(async () => {
        await database.db('recorded_uses').delete()
      })
      after(() => Promise.all([opened.close(), database.drop()]))

      async function newGrant() {
        const grantId = randomUUID()
        const grant = grantKey(tagOf(grantId))
        await inner.putRoot(
          grant,
          { digest: digest(grantId), version: newVersion(), payload: 'grant' },
          soon(),
        )
        const newKey = () => locate('RefreshToken', newTokenId('RefreshToken', grantId))!.key
        const first = newKey()
        await inner.commit({ root: grant, entries: [entry(first)] })
        return { grant, first, newKey }
      }
      const entry = (key: string) => ({ key, payload: `payload of ${key}`, expiresAtMs: soon() })

      async function rotate(grant: string, key: string, next: string): Promise<void> {
        const { at: foundAt } = await store.readSingleUse(key)
        const use = { key, nonce: randomUUID(), successor: `after ${key}`, untilMs: soon(), foundAt }
        const access = { ...entry(key.replace(':rt:', ':at:')), payload: 'access' }
        const done = await store.commit({ use, root: grant, entries: [access, entry(next)] })
        expect(done).to.deep.equal({ outcome: 'done' })
      }

      /** What a failover does. */
      async function forget(...keys: string[]): Promise<void> {
        for (const key of keys) await Promise.all([inner.remove(key), inner.remove(`${key}:used`)])
      }

      it('restore a chain of rotations from its beginning', async () => {
        const { grant, first, newKey } = await newGrant()
        const [second, third] = [newKey(), newKey()]
        await rotate(grant, first, second)
        await rotate(grant, second, third)
        const { use } = await inner.readSingleUse(first)
        await inner.remove(`${first}:used`)
        await forget(second, third)

        const reapply = () => reapplyUses(database.db, { clock: Date.now, store: inner })
        expect(await Promise.all([reapply(), reapply()])).to.deep.equal([2, 2])
        const states = await Promise.all([first, second, third].map((key) => inner.readSingleUse(key, grant)))
        expect(states.map(({ payload }) => payload)).to.deep.equal(
          [first, second, third].map((key) => entry(key).payload),
        )
        expect(states.map((state) => state.use?.successor)).to.deep.equal([
          `after ${first}`,
          `after ${second}`,
          undefined,
        ])
        expect(states[0]!.use!.atMs, 'not dated anew').to.be.closeTo(use!.atMs, 1000)
        const access = await inner.readToken(first.replace(':rt:', ':at:'))
        expect(access.payload, 'what was not lost').to.equal('access')
      })

      it('change nothing that was not lost, and restore nothing under a grant that ended', async () => {
        const { grant, first, newKey } = await newGrant()
        const second = newKey()
        await rotate(grant, first, second)
        await inner.remove(second)
        await reapplyUses(database.db, { clock: Date.now, store: inner })
        expect((await inner.readToken(second)).payload, 'removed since').to.equal(undefined)

        await forget(first, second)
        await inner.commit({ entries: [entry(first)] })
        await inner.destroyRoot(grant, soon())
        await reapplyUses(database.db, { clock: Date.now, store: inner })
        expect((await inner.readToken(second)).payload, 'revoked since').to.equal(undefined)
      })

      it('are forgotten after a day', async () => {
        const { grant, first, newKey } = await newGrant()
        await rotate(grant, first, newKey())
        expect(await purgeUses(database.db, Date.now() + DAY_MS - 60_000)).to.equal(0)
        expect(await purgeUses(database.db, Date.now() + DAY_MS + 1)).to.equal(1)
      })
    })
