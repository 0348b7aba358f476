import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import { AppError } from '../../src/platform/errors.ts'
import type { GrantStore, Root } from '../../src/grant-store/grant-store.ts'
import { newVersion } from '../../src/provider/records/session-records.ts'
import { grantKey, locate, newTokenId, tagOf } from '../../src/grant-store/token-ids.ts'
import { digest } from '../../src/platform/tokens.ts'
import { STORES } from './stores.ts'
import type { OpenStore } from './stores.ts'

const MINUTE = 60_000
const PARALLEL = 50

for (const { name, open } of STORES) {
  describe(`grant store on ${name}`, function () {
    let opened: OpenStore
    let store: GrantStore

    before(async () => {
      opened = await open(Date.now)
      store = opened.store
    })
    after(() => opened.close())

    const soon = () => Date.now() + MINUTE
    const root = (id: string, payload = 'grant'): Root => ({
      digest: digest(id),
      version: newVersion(),
      payload,
    })
    /** A use of the record, found just now. */
    const useOf = async (key: string, successor?: string) => ({
      key,
      nonce: randomUUID(),
      successor,
      untilMs: soon(),
      foundAt: (await store.readSingleUse(key)).at,
    })

    /** A grant with one token under it. */
    async function storeFamily() {
      const grantId = randomUUID()
      const grant = grantKey(tagOf(grantId))
      await store.putRoot(grant, root(grantId), soon())
      const { key } = locate('RefreshToken', newTokenId('RefreshToken', grantId))!
      await store.commit({ root: grant, entries: [{ key, payload: 'token', expiresAtMs: soon() }] })
      return { grantId, grant, key }
    }

    async function eventually(check: () => Promise<boolean>) {
      for (const deadline = Date.now() + 60_000; !(await check()); await pause(5)) {
        if (Date.now() > deadline) throw new Error('it did not happen within 60 s')
      }
    }

    it('reads a token together with its grant and its use', async () => {
      const { grantId, grant, key } = await storeFamily()
      const fresh = await store.readSingleUse(key, grant)
      expect(fresh.payload).to.equal('token')
      expect(fresh.use).to.equal(undefined)
      expect(fresh.root).to.include({ digest: digest(grantId), payload: 'grant' })
      expect(await store.readToken(key, grant)).to.deep.equal({ payload: fresh.payload, root: fresh.root })

      const use = await useOf(key, 'sealed')
      expect(await store.commit({ use, entries: [] })).to.deep.equal({ outcome: 'done' })
      expect((await store.readSingleUse(key, grant)).use).to.include({ successor: 'sealed' })
    })

    it("dates a use by the store's own clock, and says how long ago it was", async () => {
      const { key } = await storeFamily()
      await store.commit({ use: await useOf(key), entries: [] })
      await pause(50)
      const { use, at } = await store.readSingleUse(key)
      expect(use!.atMs).to.be.closeTo(Date.now(), 60_000)
      expect(use!.ageMs)
        .to.be.within(49, 5000)
        .and.equal(at.storeMs - use!.atMs)
    })

    it('writes nothing of a use that it starts after its caller gave up', async () => {
      const { grantId, grant, key } = await storeFamily()
      const use = await useOf(key)
      const entry = locate('AccessToken', newTokenId('AccessToken', grantId))!.key
      const entries = [{ key: entry, payload: 'a', expiresAtMs: soon() }]
      const late = { ...use, foundAt: { ...use.foundAt, storeMs: use.foundAt.storeMs - 6000 } }
      expect(await store.commit({ use: late, root: grant, entries })).to.deep.equal({ outcome: 'late' })
      expect((await store.readSingleUse(key)).use).to.equal(undefined)
      expect((await store.readToken(entry)).payload).to.equal(undefined)
      expect(await store.commit({ use, root: grant, entries })).to.deep.equal({ outcome: 'done' })
      expect(await store.commit({ use: { ...late, nonce: 'other' }, root: grant, entries })).to.deep.equal({
        outcome: 'late',
      })
    })

    it('answers nothing for a missing record', async () => {
      const { key } = locate('AccessToken', newTokenId('AccessToken', 'none'))!
      const absent = await store.readSingleUse(key, grantKey(tagOf('none')))
      expect(absent.payload ?? absent.use ?? absent.root).to.equal(undefined)
      expect(await store.readRoot(grantKey(tagOf('none')))).to.equal(undefined)
    })

    it(`lets exactly one of ${PARALLEL} uses through, over two processes [S-4.1]`, async () => {
      const { key } = await storeFamily()
      const stores = [store, opened.openAnother()]
      const uses = Array.from({ length: PARALLEL }, async (_, index) =>
        stores[index % 2]!.commit({ use: await useOf(key), entries: [] }),
      )
      const outcomes = (await Promise.all(uses)).map(({ outcome }) => outcome)
      expect(outcomes.filter((outcome) => outcome === 'done')).to.have.length(1)
      expect(outcomes.filter((outcome) => outcome === 'used')).to.have.length(PARALLEL - 1)
    })

    it('writes nothing of a commit when its use is lost, missing or under a destroyed grant', async () => {
      const { grantId, grant, key } = await storeFamily()
      const entry = {
        key: locate('AccessToken', newTokenId('AccessToken', grantId))!.key,
        payload: 'a',
        expiresAtMs: soon(),
      }
      const commit = { use: await useOf(key, 'first'), root: grant, entries: [] }
      await store.commit(commit)

      const lost = await store.commit({ ...commit, use: await useOf(key, 'second'), entries: [entry] })
      expect(lost.outcome === 'used' && lost.use.successor).to.equal('first')
      const missing = { ...commit, use: { ...commit.use, key: `${key}x` }, entries: [entry] }
      expect(await store.commit(missing)).to.deep.equal({ outcome: 'missing' })
      await store.destroyRoot(grant, soon())
      expect(await store.commit({ root: grant, entries: [entry] })).to.deep.equal({ outcome: 'gone' })
      expect((await store.readToken(entry.key)).payload).to.equal(undefined)
    })

    it('leaves a record unused when the grant is gone', async () => {
      const { grant, key } = await storeFamily()
      await store.destroyRoot(grant, soon())
      const use = await useOf(key)
      expect(await store.commit({ use, root: grant, entries: [] })).to.deep.equal({ outcome: 'gone' })
      expect((await store.readSingleUse(key)).use).to.equal(undefined)
    })

    it('never restores a destroyed root, and returns its content once [S-4.3]', async () => {
      const { grantId, grant } = await storeFamily()
      const { version } = (await store.readRoot(grant))!
      expect(await store.destroyRoot(grant, soon())).to.include({ payload: 'grant' })
      expect(await store.destroyRoot(grant, soon())).to.equal(undefined)
      expect(await store.putRoot(grant, root(grantId), soon())).to.deep.equal({ outcome: 'gone' })
      expect(await store.putRoot(grant, root(grantId), soon(), version)).to.deep.equal({ outcome: 'gone' })
      expect(await store.readRoot(grant)).to.equal(undefined)
    })

    it('forbids a root that was destroyed before it was ever written', async () => {
      const grant = grantKey(tagOf('destroyed first'))
      await Promise.all([1, 2, 3, 4, 5, 6].map(() => store.destroyRoot(grant, soon())))
      expect(await store.putRoot(grant, root('destroyed first'), soon())).to.deep.equal({ outcome: 'gone' })
    })

    it('replaces a root only over the version that was read', async () => {
      const { grantId, grant } = await storeFamily()
      const { version } = (await store.readRoot(grant))!
      const writes = Array.from({ length: 10 }, () =>
        store.putRoot(grant, root(grantId, 'new'), soon(), version),
      )
      const outcomes = (await Promise.all(writes)).map(({ outcome }) => outcome)
      expect(outcomes.filter((outcome) => outcome === 'done')).to.have.length(1)
      expect(outcomes.filter((outcome) => outcome === 'conflict')).to.have.length(9)
      const late = await store.putRoot(grant, root(grantId, 'late'), soon(), version)
      expect(late.outcome === 'conflict' && late.current.payload).to.equal('new')
    })

    it('does not write over a version when there is no root', async () => {
      const grant = grantKey(tagOf('never stored'))
      const outcome = await store.putRoot(grant, root('never stored'), soon(), newVersion())
      expect(outcome).to.deep.equal({ outcome: 'gone' })
    })

    it('keeps every payload as it is', async () => {
      const payload = JSON.stringify({ name: 'Ümit 株式会社 🔑\n"\\', long: 'x'.repeat(100_000) })
      const id = randomUUID()
      await store.putRoot(
        grantKey(tagOf(id)),
        { ...root(id, payload), previous: { digest: 'd', untilMs: 1 } },
        soon(),
      )
      const found = await store.readRoot(grantKey(tagOf(id)))
      expect(found?.payload).to.equal(payload)
      expect(found?.previous).to.deep.equal({ digest: 'd', untilMs: 1 })
    })

    it('claims a key for exactly one caller until it expires [S-4.2]', async () => {
      const stores = [store, opened.openAnother()]
      const { key } = locate('ReplayDetection', randomUUID())!
      const claims = Array.from({ length: PARALLEL }, (_, index) => stores[index % 2]!.claim(key, soon()))
      expect((await Promise.all(claims)).filter(Boolean)).to.have.length(1)

      const { key: brief } = locate('ReplayDetection', randomUUID())!
      expect(await store.claim(brief, Date.now() + 100)).to.equal(true)
      await eventually(() => store.claim(brief, soon()))
      expect(await store.claim(brief, soon())).to.equal(false)
    })

    it('removes what has expired, marks and tombstones included [S-6.10]', async () => {
      const grantId = randomUUID()
      const grant = grantKey(tagOf(grantId))
      const expiresAtMs = Date.now() + 150
      const { key } = locate('AccessToken', newTokenId('AccessToken', grantId))!
      await store.putRoot(grant, root(grantId), expiresAtMs)
      await store.commit({ entries: [{ key, payload: 'a', expiresAtMs }] })
      await eventually(async () => {
        const { payload, root: left } = await store.readToken(key, grant)
        return payload === undefined && left === undefined
      })
      expect(await store.commit({ use: await useOf(key), entries: [] })).to.deep.equal({ outcome: 'missing' })

      await store.destroyRoot(grant, Date.now() + 50)
      await eventually(async () => (await store.putRoot(grant, root(grantId), soon())).outcome === 'done')
    })

    it('removes a record', async () => {
      const { key } = await storeFamily()
      await store.remove(key)
      expect((await store.readToken(key)).payload).to.equal(undefined)
    })

    it('gives every key an expiry', async () => {
      const entries = await opened.dump()
      expect(entries.length).to.be.greaterThan(10)
      for (const { key, expiresInMs } of entries) {
        if (name.startsWith('Redis')) expect(expiresInMs, key).to.be.greaterThan(0)
        expect(expiresInMs, key).to.be.lessThan(2 * MINUTE)
      }
    })
  })
}

for (const { name, open } of STORES) {
  it(`grant store on ${name} answers 503, not "not found", when its service is gone`, async () => {
    const { store, fail, close } = await open(Date.now)
    await store.remove('{a}:at:b')
    await fail()
    const startedAtMs = Date.now()
    const reading = await store.readToken('{a}:at:b').catch((error: unknown) => error)
    expect(Date.now() - startedAtMs).to.be.lessThan(60_000)
    await close()
    expect(reading).to.be.instanceOf(AppError)
    expect(reading).to.include({ status: 503, code: 'temporarily_unavailable' })
  })
}
