import { expect } from 'chai'
import { updateAccount } from '../src/account-cache/changed-account.ts'
import { findAccountById } from '../src/accounts/account.ts'
import { addAccount } from '../src/accounts/operator/operator-account.ts'
import { loadConfig } from '../src/settings/config.ts'
import { DECRYPTION_ALGS, SIGNING_ALGS } from '../src/platform/algorithms.ts'
import { listEncryptionKeys } from '../src/keys/encryption-keys.ts'
import { listSigningKeys } from '../src/keys/signing-keys.ts'
import { reapplyRevocations, recordRevocations } from '../src/grant-store/recorded-revocations.ts'
import { createSqlStore } from '../src/grant-store/sql-store.ts'
import { createParts } from '../src/process/start/parts.ts'
import { DAY_MS, HOUR_MS } from '../src/platform/clock.ts'
import { prepare } from '../src/process/start/startup.ts'
import { createUpkeep } from '../src/process/upkeep.ts'
import { dataFolder } from './support/service-process.ts'

describe('upkeep', () => {
  let nowMs = Date.UTC(2030, 0, 1)
  const clock = () => nowMs
  let parts: Awaited<ReturnType<typeof createParts>>

  before(async () => {
    parts = await createParts(loadConfig({ ACCOUNT_SERVER_DATA_DIR: dataFolder('upkeep') }), clock)
    await prepare(parts)
  })

  after(() => parts.close())

  it('deletes accounts that were never confirmed, and only those [A25]', async () => {
    const needs = parts
    const given = { password: 'correct horse battery', actor: 'cli' }
    const waiting = await addAccount(needs, { ...given, email: 'waiting@example.com' })
    const confirmed = await addAccount(needs, { ...given, email: 'confirmed@example.com', verified: true })
    const added = await addAccount(needs, { ...given, email: 'added@example.com' })
    await updateAccount(parts.db, { id: waiting.id }, { selfRegistered: true })
    nowMs += 2 * DAY_MS - HOUR_MS
    await createUpkeep(parts).runOnce()
    expect(await findAccountById(parts.db, waiting.id)).to.not.equal(undefined)
    nowMs += 2 * HOUR_MS
    await createUpkeep(parts).runOnce()
    expect(await findAccountById(parts.db, waiting.id)).to.equal(undefined)
    expect(await findAccountById(parts.db, confirmed.id)).to.not.equal(undefined)
    expect(await findAccountById(parts.db, added.id)).to.not.equal(undefined)
  })

  it('removes protocol records once they have expired', async () => {
    const store = createSqlStore({ db: parts.db, clock })
    await store.claim('{tag}:rd:soon', nowMs + HOUR_MS)
    await store.claim('{tag}:rd:later', nowMs + DAY_MS)
    nowMs += 2 * HOUR_MS
    await createUpkeep(parts).runOnce()
    const left = await parts.db('oidc_records').select('recordKey').where('recordKey', 'like', '{tag}:rd:%')
    expect(left).to.deep.equal([{ recordKey: '{tag}:rd:later' }])
  })

  it('exchanges keys by schedule, unless the operator does it', async () => {
    const kidsOf = async () => (await listSigningKeys(parts.db)).map(({ kid, state }) => `${state} ${kid}`)
    const keys = { ...parts.config.keys, signingKeyRotationDays: 0 }
    const byHand = createUpkeep({ ...parts, config: { ...parts.config, keys } })
    const before = await kidsOf()
    nowMs += 90 * DAY_MS
    await byHand.runOnce()
    expect(await kidsOf()).to.deep.equal(before)
    await createUpkeep(parts).runOnce()
    expect((await kidsOf()).filter((key) => key.startsWith('next'))).to.have.length(SIGNING_ALGS.length)
    nowMs += HOUR_MS
    await createUpkeep(parts).runOnce()
    expect((await kidsOf()).filter((key) => before.includes(key))).to.deep.equal([])
    const encryption = (await listEncryptionKeys(parts.db)).map(({ state }) => state)
    expect(new Set(encryption)).to.deep.equal(new Set(['current', 'retired']))
    nowMs += DAY_MS
    await createUpkeep(parts).runOnce()
    expect(await listEncryptionKeys(parts.db)).to.have.length(DECRYPTION_ALGS.length)
  })

  it('repeats a revocation that the store has lost, and deletes its record after a day', async () => {
    const inner = createSqlStore({ db: parts.db, clock })
    const store = recordRevocations(parts.db, inner, clock)
    const root = { digest: 'digest', version: 'version-16-chars', payload: '{}' }
    await store.putRoot('{tag}:grant', root, nowMs + DAY_MS)
    await store.destroyRoot('{tag}:grant', nowMs + HOUR_MS)
    // What a failover does: the deletion and its tombstone are lost.
    await parts.db('oidc_records').where('recordKey', 'like', '{tag}:grant%').delete()
    await inner.putRoot('{tag}:grant', root, nowMs + DAY_MS)
    expect(await inner.readRoot('{tag}:grant')).to.not.equal(undefined)
    expect(await reapplyRevocations(parts.db, inner, clock)).to.equal(1)
    expect(await inner.readRoot('{tag}:grant')).to.equal(undefined)
    nowMs += DAY_MS + 1
    await createUpkeep(parts).runOnce()
    expect(await parts.db('revocations').select('rootKey')).to.deep.equal([])
  })
})
