import { expect } from 'chai'
import { takeFromBuckets } from '../../src/attempts/bucket.ts'
import { accountFailureTake, networkFailureTakes } from '../../src/attempts/wide-failures.ts'
import { clearLimit } from '../../src/limits/clear-limit.ts'
import { limitsInEffect, PASSING_LIMITS } from '../../src/limits/limit-table.ts'
import { LIMIT_KINDS } from '../../src/limits/limit-kinds.ts'
import { isUnlimited, listLimits, theLimit } from '../../src/limits/limits.ts'
import { signIn } from '../../src/accounts/journeys/sign-in.ts'
import { inRanges } from '../../src/platform/network/ip-address.ts'
import { onEachDatabase, PASSWORD } from '../accounts/account-world.ts'

const IP = '192.0.2.7'
const NETWORK = '192.0.2.0/24'
const MINUTE_MS = 60_000

onEachDatabase('Limits, as operators see them', (world) => {
  const stateOf = async (asked: Parameters<typeof listLimits>[1]) =>
    (await listLimits(world().needs, asked)).map(({ kind, state, count }) => `${kind} ${state} ${count}`)

  it('ask for a challenge from the first limit of a network on, and refuse from the second', async () => {
    const { needs } = world()
    const takes = networkFailureTakes(needs.config, IP, true, needs.clock())
    await takeFromBuckets(needs.db, takes)
    for (const [failures, state] of [
      [99, 'counting'],
      [100, 'challenge'],
      [999, 'challenge'],
      [1000, 'refused'],
    ] as const) {
      await needs.db('attempt_buckets').where({ bucket: takes[0]!.bucket }).update({ failures })
      expect(await stateOf({ network: IP }), `${failures}`).to.eql([`network_failures ${state} ${failures}`])
    }
    world().advance(15 * MINUTE_MS)
    expect(await stateOf({ network: IP }), 'after the window').to.eql([])
  })

  it('ask for a code by mail once many networks guess at one account', async () => {
    const { needs, add } = world()
    const { id, emailCanonical } = await add({ email: 'ada@example.com' })
    const take = accountFailureTake(needs.config, emailCanonical, false, needs.clock())
    await takeFromBuckets(needs.db, [take])
    await needs.db('attempt_buckets').where({ bucket: take.bucket }).update({ failures: 100 })
    expect(await stateOf({ accountId: id })).to.eql(['account_failures mail_code 100'])
  })

  it('count nothing of a network that has none', async () => {
    const { needs } = world()
    await takeFromBuckets(needs.db, networkFailureTakes(needs.config, IP, true, needs.clock()))
    expect(await stateOf({ network: IP })).to.have.length(1)
    const isOurs = inRanges([NETWORK])
    const config = { ...needs.config, limits: { ...needs.config.limits, isUnlimited: isOurs } }
    expect(await listLimits({ ...needs, config }, { network: IP })).to.eql([])
    expect([IP, NETWORK, '198.51.100.1'].map((one) => isUnlimited(config, one))).to.eql([true, true, false])
  })

  it('forget the part of the account with the pause, so that the next right password takes nothing back', async () => {
    const { needs, add } = world()
    const { id } = await add({ email: 'ada@example.com' })
    const attempt = (password: string) => signIn(needs, { email: 'ada@example.com', password, ip: IP })
    for (let n = 0; n < 15; n += 1) await attempt('wrong')
    expect(await attempt(PASSWORD)).to.include({ ok: false, reason: 'blocked' })
    await clearLimit(needs, await theLimit(needs, `passwords:${id}:${NETWORK}`), { actor: 'cli' })
    const left = await needs.db('attempt_buckets').where('failures', '>', 0).select('failures')
    // The network and the account over all networks are counted on their own.
    expect(left.map(({ failures }: { failures: number }) => failures)).to.eql([15, 15])
    expect(await attempt(PASSWORD)).to.have.property('ok', true)
  })

  it('are all in the table of those in effect, once each, with the numbers that count', () => {
    const { config } = world().needs
    const isNone = () => true
    const table = limitsInEffect({ ...config, limits: { ...config.limits, isUnlimited: isNone } })
    expect(table.map(({ kind }) => kind)).to.eql([...LIMIT_KINDS, ...PASSING_LIMITS])
    expect(table.find(({ kind }) => kind === 'network_failures')).to.include({
      limit: 1000,
      challengeFrom: 100,
      windowMs: 15 * MINUTE_MS,
    })
    expect(table.find(({ kind }) => kind === 'passwords')).to.include({ limit: 15, pauseMs: 5 * MINUTE_MS })
    for (const { kind, limit } of table) expect(limit, kind).to.be.greaterThan(0)
  })
})
