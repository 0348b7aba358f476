import { expect } from 'chai'
import { createAccountCache, sealedAccounts } from '../../src/account-cache/account-cache.ts'
import type { AccountCache } from '../../src/account-cache/account-cache.ts'
import { removeAccount, updateAccount } from '../../src/account-cache/changed-account.ts'
import { createAccount } from '../../src/accounts/account.ts'
import { inTransaction } from '../../src/platform/sql/database.ts'
import { createSealer, deriveKey } from '../../src/platform/tokens.ts'
import { CACHE_KINDS, openCacheProcesses } from '../support/cache-processes.ts'
import type { CacheProcess } from '../support/cache-processes.ts'

type Process = CacheProcess<AccountCache>

const ACCOUNTS = {
  create: createAccountCache,
  codec: sealedAccounts(createSealer([deriveKey('test', 'account cache')])),
  reads: /from .accounts.\s+left join/,
}

for (const kind of CACHE_KINDS)
  describe(`accounts in the caches of two processes, on ${kind.name}`, () => {
    const { database, otherLagsMs } = kind
    let [changer, other]: Process[] = []
    let close: () => Promise<void>

    before(async () => {
      ;({ changer, other, close } = await openCacheProcesses(kind, ACCOUNTS))
    })
    after(() => close())

    let people = 0
    const add = () =>
      createAccount(
        changer!.db,
        { email: `person-${(people += 1)}@example.org`, passwordHash: null, verified: true },
        1,
      )

    it('are never older than a change that was answered, in hundreds of parallel changes', async () => {
      const accounts = await Promise.all([add(), add(), add()])
      const rounds = 200
      // The last version of each account that its change has answered, and when.
      const answered = new Map(accounts.map(({ id }) => [id, [{ version: 1, atMs: 0 }]]))
      let changing = accounts.length
      const change = async (id: string) => {
        for (let version = 2; version <= rounds; version += 1) {
          await updateAccount(changer!.db, { id }, { updatedAtMs: version })
          answered.get(id)!.push({ version, atMs: performance.now() })
          // Readers fill the cache again before the next change, or not.
          if (version % 3 === 0) await new Promise((resolve) => setImmediate(resolve))
        }
        changing -= 1
      }
      let finds = 0
      const read = async ({ cache }: Process, lagsMs: number) => {
        while (changing > 0) {
          // Memory answers at once, and would never let anybody else run.
          await new Promise((resolve) => setImmediate(resolve))
          for (const { id } of accounts) {
            const beforeMs = performance.now() - lagsMs
            const least = answered.get(id)!.findLast(({ atMs }) => atMs <= beforeMs)!.version
            const found = await cache.find(id)
            if (!((found?.updatedAtMs ?? 0) >= least))
              expect.fail(`${id} at ${beforeMs}: ${found?.updatedAtMs} is older than ${least}`)
            finds += 1
          }
        }
      }
      const readers = [changer!, other!].flatMap((one) =>
        [1, 2, 3].map(() => read(one, one === other ? otherLagsMs : 0)),
      )
      const before = changer!.reads() + other!.reads()
      await Promise.all([...accounts.map(({ id }) => change(id)), ...readers])
      expect(finds, 'finds').to.be.greaterThan(500)
      expect(changer!.reads() + other!.reads() - before, 'of them from SQL').to.be.lessThan(finds)
    })

    it('are kept apart: many finds cost one query while nothing changes', async () => {
      const { id } = await add()
      await other!.poll()
      await other!.cache.find(id)
      const before = other!.reads()
      for (let turn = 0; turn < 200; turn += 1)
        expect(await other!.cache.find(id), `${turn}`).to.include({ id })
      // Another query is due when the machine was too busy for the change feed.
      expect(other!.reads() - before).to.be.at.most(20)
    })

    it('are gone with the row, and nothing says that they were there', async () => {
      const { id } = await add()
      for (const one of [changer!, other!]) expect(await one.cache.find(id), 'warm').to.include({ id })
      await removeAccount(changer!.db, id)
      expect(await changer!.cache.find(id)).to.equal(undefined)
      if (otherLagsMs > 0) await new Promise((resolve) => setTimeout(resolve, otherLagsMs))
      expect(await other!.cache.find(id)).to.equal(undefined)
    })

    it('stay as they were after a change that was rolled back', async () => {
      const { id } = await add()
      await changer!.cache.find(id)
      const undone = inTransaction(changer!.db, async (trx) => {
        await updateAccount(trx, { id }, { updatedAtMs: 99 })
        throw new Error('no')
      })
      expect(await undone.catch((error: Error) => error.message)).to.equal('no')
      for (const one of [changer!, other!])
        expect((await one.cache.find(id))?.updatedAtMs, 'as it was').to.equal(1)
    })

    it('are not cached by a reader that found the row before a change committed', async () => {
      if (database === 'SQLite') return
      const { id } = await add()
      await inTransaction(changer!.db, async (trx) => {
        await updateAccount(trx, { id }, { updatedAtMs: 7 })
        // The old row is still what everybody reads.
        for (const [name, one] of Object.entries({ changer: changer!, other: other! }))
          expect((await one.cache.find(id))?.updatedAtMs, name).to.equal(1)
      })
      expect((await changer!.cache.find(id))?.updatedAtMs).to.equal(7)
      if (otherLagsMs > 0) await new Promise((resolve) => setTimeout(resolve, otherLagsMs))
      expect((await other!.cache.find(id))?.updatedAtMs).to.equal(7)
    })
  })
