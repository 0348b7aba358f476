import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { createRedisStore } from '../../src/grant-store/redis-store.ts'
import { newVersion } from '../../src/provider/records/session-records.ts'
import { openRedis } from '../../src/platform/redis/redis.ts'
import type { RedisClient } from '../../src/platform/redis/redis.ts'
import { startRedis } from '../support/services.ts'
import type { RedisServer } from '../support/services.ts'

/** After a reconnect ioredis sends again what was not answered, although Redis may have carried it out. */
describe('a write that is delivered to Redis twice', () => {
  let server: RedisServer
  let redis: RedisClient
  const soon = () => Date.now() + 60_000
  const storeOf = () => createRedisStore({ redis, clock: Date.now })

  before(async () => {
    server = await startRedis()
    redis = openRedis(server.url)
  })
  after(async () => {
    redis.disconnect()
    await server.stop()
  })

  it('is not taken for a second use', async () => {
    const store = storeOf()
    await store.commit({ entries: [{ key: '{a}:rt:1', payload: 'p', expiresAtMs: soon() }] })
    const { at: foundAt } = await store.readSingleUse('{a}:rt:1')
    const use = { key: '{a}:rt:1', nonce: randomUUID(), untilMs: soon(), foundAt }
    expect(await store.commit({ use, entries: [] })).to.deep.equal({ outcome: 'done' })
    expect(await store.commit({ use, entries: [] })).to.deep.equal({ outcome: 'done' })
    const other = { ...use, nonce: randomUUID() }
    expect((await store.commit({ use: other, entries: [] })).outcome).to.equal('used')
  })

  it('is not taken for a conflict', async () => {
    const store = storeOf()
    const first = { digest: 'd', version: newVersion(), payload: 'p' }
    await store.putRoot('{a}:session', first, soon())
    const second = { ...first, version: newVersion() }
    expect(await store.putRoot('{a}:session', second, soon(), first.version)).to.deep.equal({
      outcome: 'done',
    })
    expect(await store.putRoot('{a}:session', second, soon(), first.version)).to.deep.equal({
      outcome: 'done',
    })
  })
})
