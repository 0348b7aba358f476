import { expect } from 'chai'
import { AppError } from '../../src/platform/errors.ts'
import { waitForCatchUp, watchForLosses } from '../../src/grant-store/caught-up.ts'
import { createRedisStore } from '../../src/grant-store/redis-store.ts'
import { createLogger } from '../../src/platform/logging/log.ts'
import { openRedis } from '../../src/platform/redis/redis.ts'
import type { RedisClient } from '../../src/platform/redis/redis.ts'
import { until } from '../provider/stage.ts'
import { startKillableRedis } from './killable.ts'
import type { Killable } from './killable.ts'

const log = createLogger('silent', 'test')

describe('writing to Redis again what it may have lost', function () {
  let server: Killable
  let clients: RedisClient[]

  beforeEach(async () => {
    server = await startKillableRedis()
    clients = []
  })
  afterEach(async () => {
    for (const client of clients) client.disconnect()
    await server.kill()
  })

  /** A process's connection, and what it wrote. */
  async function connect(tellUses: () => Promise<unknown> = () => Promise.resolve()) {
    const redis = openRedis(server.url)
    clients.push(redis)
    const told = { revocations: 0, uses: 0 }
    const losses = watchForLosses(redis, log, {
      tellRevocations: () => Promise.resolve((told.revocations += 1)),
      tellUses: () => {
        told.uses += 1
        return tellUses()
      },
    })
    await redis.ping()
    return {
      redis,
      told,
      losses,
      store: waitForCatchUp(createRedisStore({ redis, clock: Date.now }), losses),
    }
  }

  async function restart(): Promise<void> {
    await server.kill()
    await server.start()
  }

  it('writes uses once for all processes and connections, as long as Redis runs', async () => {
    const [one, other] = [await connect(), await connect()]
    await one.losses.catchUp()
    await one.losses.catchUp()
    await other.losses.catchUp()
    expect([one.told, other.told]).to.eql([
      { revocations: 2, uses: 1 },
      { revocations: 1, uses: 0 },
    ])
    one.redis.disconnect(true)
    await until(() => one.told.revocations > 2 && one.losses.underWay() === undefined, 'connected again')
    expect(one.told.uses, 'a broken connection loses nothing').to.equal(1)
  })

  it('writes uses again when Redis was restarted, and finds nothing before that', async () => {
    const gate = Promise.withResolvers<void>()
    let held = false
    const { told, losses, store } = await connect(() => (held ? gate.promise : Promise.resolve()))
    await losses.catchUp()
    held = true
    await restart()
    await until(() => told.uses === 2, 'it is being told')
    const early = await store.readSingleUse('{a}:rt:1').catch((error: unknown) => error)
    expect(early).to.be.instanceOf(AppError).and.include({ status: 503 })
    const waiting = store.readSingleUse('{a}:rt:1')
    gate.resolve()
    expect((await waiting).payload).to.equal(undefined)
    expect(losses.underWay()).to.equal(undefined)
  })

  it('tries again when that failed', async () => {
    let failures = 2
    const { told, losses } = await connect(async () => {
      if (told.uses > 1 && (failures -= 1) >= 0) throw new Error('SQL is away')
    })
    await losses.catchUp()
    await restart()
    await until(() => told.uses >= 4 && losses.underWay() === undefined, 'it was told in the end')
    await losses.catchUp()
    expect(told.uses, 'and is known to have been told').to.equal(4)
  })
})
