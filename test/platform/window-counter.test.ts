import { expect } from 'chai'
import { createSharedSum } from '../../src/platform/redis/shared-sum.ts'
import { openRedis } from '../../src/platform/redis/redis.ts'
import { createWindowCounter } from '../../src/platform/window-counter.ts'
import type { WindowCounterNeeds } from '../../src/platform/window-counter.ts'
import { startRedis } from '../support/services.ts'

const WINDOW_MS = 60_000

describe('counting in windows', () => {
  let nowMs = 0
  let refused: object[] = []
  const budget = (limit: number, name = 'somebody') => ({ name, limit, label: name })
  const counter = (given: Partial<WindowCounterNeeds> = {}) =>
    createWindowCounter({
      clock: () => nowMs,
      windowMs: WINDOW_MS,
      onRefused: (one) => refused.push(one),
      ...given,
    })

  beforeEach(() => {
    nowMs = 10 * WINDOW_MS
    refused = []
  })

  it('lets exactly the limit pass, then says how long to wait, and begins anew with the next window', () => {
    const { take } = counter()
    const taken = Array.from({ length: 12 }, () => take([budget(10)], 1))
    expect(taken.filter((spent) => spent === undefined)).to.have.length(10)
    nowMs += 15_000
    expect(take([budget(10)], 1)).to.deep.equal({ limit: 10, retryAfterSeconds: 45 })
    nowMs += 45_000
    expect(take([budget(10)], 1)).to.equal(undefined)
  })

  it('takes from every budget or from none, and by cost', () => {
    const { take, spent } = counter()
    const [small, large] = [budget(4, 'small'), budget(10, 'large')]
    expect(take([small, large], 3)).to.equal(undefined)
    expect(take([large, small], 3)).to.include({ limit: 4 })
    expect(take([large], 7)).to.equal(undefined)
    expect(spent([small])).to.equal(undefined)
    expect(spent([large])).to.include({ limit: 10 })
  })

  it('reports refusals once when they begin, and in sum when their window is over', () => {
    const { take } = counter()
    for (let turn = 0; turn < 50; turn += 1) take([budget(5)], 1)
    expect(refused).to.deep.equal([{ label: 'somebody', limit: 5, count: 1, over: false }])
    nowMs += WINDOW_MS
    take([budget(5, 'another')], 1)
    expect(refused[1]).to.deep.equal({ label: 'somebody', limit: 5, count: 45, over: true })
  })

  it('keeps a bounded number of counters', () => {
    const { take } = counter({ most: 100 })
    for (let turn = 0; turn < 1000; turn += 1) take([budget(1, `network ${turn}`)], 1)
    expect(take([budget(1, 'network 999')], 1)).to.not.equal(undefined)
    expect(take([budget(1, 'network 0')], 1)).to.equal(undefined)
  })

  it('counts over all processes, and goes on alone while the shared place is away', async () => {
    const server = await startRedis()
    const clients = [openRedis(server.url), openRedis(server.url)]
    const processes = clients.map((redis) => counter({ share: createSharedSum(redis, 'test') }))
    let passed = 0
    for (let turn = 0; turn < 400; turn += 1) {
      nowMs += 10
      if (!processes[turn % 2]!.take([budget(100)], 1)) passed += 1
      await clients[turn % 2]!.ping()
    }
    expect(passed).to.be.within(100, 104)
    const keys = await clients[0]!.keys('*')
    expect(keys).to.deep.equal(['test:somebody:10'])
    expect(await clients[0]!.pttl(keys[0]!)).to.be.within(1, WINDOW_MS + 1000)
    for (const client of clients) client.disconnect()
    await server.stop()
    const alone = Array.from({ length: 20 }, () => processes[0]!.take([budget(10, 'later')], 1))
    expect(alone.filter((spent) => spent === undefined)).to.have.length(10)
  })
})
