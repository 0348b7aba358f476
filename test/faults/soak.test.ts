/**
 * `SOAK_SECONDS=60 SOAK_SEED=7 npx mocha test/faults/soak.test.ts` runs longer, or in another order.
 */
import { expect } from 'chai'
import { register, userinfo } from '../provider/relying-party.ts'
import type { Party, Tokens } from '../provider/relying-party.ts'
import { openStage, until } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { startKillableMariadb, startKillableRedis } from './killable.ts'
import type { Killable } from './killable.ts'
import { retry } from './patience.ts'
import {
  isGraceOver,
  isRefusal,
  keepRedeeming,
  keepRefreshing,
  killableProcesses,
  randomFrom,
  wreak,
} from './soak.ts'
import type { Seen } from './soak.ts'

const SECONDS = Number(process.env.SOAK_SECONDS ?? 8)
const SEED = Number(process.env.SOAK_SEED ?? 1)
const CLIENTS = 8
const BROWSERS = 2

for (const withRedis of [true, false]) {
  const names = withRedis ? 'Redis, MariaDB' : 'MariaDB, which keeps the tokens too,'
  describe(`clients at work while ${names} and two servers are stopped and killed, seed ${SEED}`, function () {
    this.timeout((SECONDS + 60) * 1000)
    let redis: Killable | undefined
    let mariadb: Killable
    let stage: Stage
    let spa: Party

    before(async () => {
      ;[redis, mariadb] = await Promise.all([
        withRedis ? startKillableRedis() : undefined,
        startKillableMariadb(),
      ])
      const env = { ACCOUNT_SERVER_REDIS_DSN: redis?.url ?? '', ACCOUNT_SERVER_MYSQL_DSN: mariadb.url }
      stage = await openStage({ store: 'mariadb+redis', separate: true, env })
      spa = await register(stage, { token_endpoint_auth_method: 'none', first_party: true })
    })
    after(async () => {
      await stage.stop()
      await Promise.all([redis?.kill(), mariadb.kill()])
    })

    async function keysOf(family: string): Promise<string[]> {
      const { db, redis: client } = stage.parts
      if (client) return client.keys(`${family}*`)
      const rows: { recordKey: string }[] = await db('oidc_records')
        .where('recordKey', 'like', `${family}%`)
        .select('recordKey')
      return rows.map(({ recordKey }) => recordKey)
    }

    /** The refresh tokens of a family that were not used yet. */
    async function liveIn(token: string): Promise<string[]> {
      const keys = await keysOf(`{${token.slice(-16)}}:rt:`)
      const used = new Set(keys.filter((key) => key.endsWith(':used')).map((key) => key.slice(0, -5)))
      return keys.filter((key) => !key.endsWith(':used') && !used.has(key))
    }

    it('are never signed out, hold one live token each, and redeem each code once', async () => {
      const random = randomFrom(SEED)
      const people = await Promise.all(Array.from({ length: CLIENTS + BROWSERS }, () => stage.person()))
      const visitors = people.map(() => stage.visitor())
      const tokens = await Promise.all(
        people.map((person, index) => spa.tokensFor(person, {}, visitors[index])),
      )
      const servers = killableProcesses(stage)
      const services = { ...(redis && { Redis: redis }), MariaDB: mariadb }
      const targets = { ...services, 'server 1': servers[0]!, 'server 2': servers[1]! }
      const asking = { stage, targets: servers, random, until: performance.now() + SECONDS * 1000 }
      const refreshing: Seen = { ok: 0, failed: 0, expired: 0, refused: [] }
      const redeeming: Seen = { ok: 0, failed: 0, expired: 0, refused: [] }

      const [faults, held] = await Promise.all([
        wreak(targets, randomFrom(SEED + 1), asking.until),
        Promise.all(
          tokens
            .slice(0, CLIENTS)
            .map(({ refresh_token }) => keepRefreshing(asking, spa, refresh_token, refreshing)),
        ),
        Promise.all(visitors.slice(CLIENTS).map((visitor) => keepRedeeming(asking, spa, visitor, redeeming))),
      ])
      const told = `${faults.join(', ')}; refreshes ${summary(refreshing)}, codes ${summary(redeeming)}`
      await until(
        async () => (await retry(() => stage.send({ to: '/health/ready' }))).status === 200,
        'all are back',
      )
      expect(refreshing.refused, told).to.eql([])
      expect(redeeming.refused, told).to.eql([])
      for (const { token, unansweredSince = performance.now() } of held.filter((one) => one !== undefined)) {
        const answer = await retry(() => spa.refresh(token))
        if (isRefusal(answer) && isGraceOver(unansweredSince)) continue
        expect(answer.status, `${answer.text}; ${told}`).to.equal(200)
        const { access_token, refresh_token } = answer.json() as Tokens
        expect((await userinfo(stage, access_token)).status, told).to.equal(200)
        expect(await liveIn(refresh_token), told).to.have.length(1)
      }
      expect(refreshing.ok, told).to.be.greaterThan(CLIENTS)
      expect(redeeming.ok, told).to.be.greaterThan(0)
      if (process.env.SOAK_SECONDS) console.log(`      ${told}`)
    })
  })
}

const summary = ({ ok, failed, expired, refused }: Seen) =>
  [`${ok} answered and ${failed} not`, `${expired} asked again too late`, ...refused].join('; ')
