import { expect } from 'chai'
import { createLookupCache } from '../../src/platform/lookup-cache.ts'

describe('lookup cache', () => {
  let nowMs = 0
  let loads: string[]
  const clock = () => nowMs
  beforeEach(() => (loads = []))

  async function load(key: string): Promise<string | undefined> {
    loads.push(key)
    return key.startsWith('no') ? undefined : key.toUpperCase()
  }

  it('loads a key once, also for callers that come while it loads', async () => {
    const cache = createLookupCache({ load, clock })
    expect(await Promise.all([cache.get('a'), cache.get('a')])).to.eql(['A', 'A'])
    expect(await cache.get('a')).to.equal('A')
    expect(loads).to.eql(['a'])
  })

  it('forgets a found key after its time, and a missing one sooner', async () => {
    const cache = createLookupCache({ load, clock, ttlMs: 60_000, missingTtlMs: 5000 })
    const both = () => Promise.all([cache.get('a'), cache.get('no')])
    await both()
    nowMs += 4999
    await both()
    expect(loads).to.eql(['a', 'no'])
    nowMs += 1
    await both()
    expect(loads).to.eql(['a', 'no', 'no'])
    nowMs += 55_000
    await both()
    expect(loads).to.eql(['a', 'no', 'no', 'a', 'no'])
  })

  it('drops the least recently used beyond its size, and never a found key for missing ones', async () => {
    const cache = createLookupCache({ load, clock, size: 2 })
    for (const key of ['a', 'b', 'a', 'c', 'no1', 'no2', 'no3']) await cache.get(key)
    loads = []
    for (const key of ['a', 'c', 'no3', 'no1', 'b']) await cache.get(key)
    expect(loads).to.eql(['no1', 'b'])
  })

  it('does not keep what was read before it was cleared', async () => {
    const reads: ((value: string) => void)[] = []
    const slow = () => new Promise<string>((resolve) => reads.push(resolve))
    const cache = createLookupCache({ load: slow, clock })
    const before = cache.get('a')
    cache.clear()
    const after = cache.get('a')
    reads[1]!('new')
    reads[0]!('old')
    expect([await before, await after, await cache.get('a')]).to.eql(['old', 'new', 'new'])
  })

  it('hands a failed load to everyone who waits, and tries again', async () => {
    let calls = 0
    const flaky = async () => {
      calls += 1
      if (calls === 1) throw new Error('database gone')
      return 'ok'
    }
    const cache = createLookupCache({ load: flaky, clock })
    const outcomes = await Promise.allSettled([cache.get('a'), cache.get('a')])
    expect(outcomes.map(({ status }) => status)).to.eql(['rejected', 'rejected'])
    expect(await cache.get('a')).to.equal('ok')
  })
})
