import { expect } from 'chai'
import { Redis } from 'ioredis'
import { DEVICE_GRANT } from '../../../src/clients/client-choices.ts'
import { isMounted, mountedGrants } from '../../support/mounted.ts'
import { callbackOf, register, signIn } from '../relying-party.ts'
import type { Party } from '../relying-party.ts'
import type { Answer } from '../send.ts'
import { awayFromNextWindow, openStage, until } from '../stage.ts'
import type { Stage } from '../stage.ts'
import { FLOW_WINDOW_MS } from '../../../src/provider/records/flow-limits.ts'

const PER_NETWORK = 40
const PER_CLIENT = 100
const KIB = 1024
const ENV = {
  ACCOUNT_SERVER_FLOWS_PER_NETWORK: String(PER_NETWORK),
  ACCOUNT_SERVER_FLOWS_PER_CLIENT: String(PER_CLIENT),
}

for (const store of ['sqlite', 'mariadb+redis'] as const)
  describe(`a flood of requests that nobody signed in for, on ${store}`, function () {
    let stage: Stage

    before(async () => {
      stage = await openStage({ store, processes: 1, env: ENV })
    })
    after(() => stage.stop())
    beforeEach(() => awayFromNextWindow(FLOW_WINDOW_MS))

    const publicApp = () =>
      register(stage, {
        token_endpoint_auth_method: 'none',
        grant_types: mountedGrants(['authorization_code', DEVICE_GRANT]),
      })
    const from = (ip: string, headers: Record<string, string> = {}) => ({ 'x-forwarded-for': ip, ...headers })

    function push(app: Party, ip: string, state = 's', auth: Record<string, string> = {}) {
      const fields = Object.fromEntries(new URL(app.authorizePath({ state }), stage.issuer).searchParams)
      return app.call('/oauth/par', fields, from(ip, auth))
    }

    /** The answers to `count` requests, and how many were refused. */
    async function flood(count: number, ask: () => Promise<Answer>) {
      const answers: Answer[] = []
      for (let turn = 0; turn < count; turn += 1) answers.push(await ask())
      return { passed: answers.filter(({ status }) => status < 400).length, last: answers.at(-1)! }
    }

    function expectRefused({ status, headers, json, text }: Answer): void {
      expect(status, text).to.equal(429)
      expect(Number(headers['retry-after'])).to.be.within(1, 300)
      expect(headers['cache-control']).to.equal('no-store')
      expect(json()).to.include({ error: 'temporarily_unavailable' })
    }

    it('of pushed requests ends in 429 for that address alone, with any client [S-2.55]', async () => {
      const [app, other] = [await publicApp(), await publicApp()]
      const { passed, last } = await flood(PER_NETWORK + 5, () => push(app, '192.0.2.10'))
      expect(passed).to.equal(PER_NETWORK)
      expectRefused(last)
      expectRefused(await push(other, '192.0.2.10'))
      expect((await push(app, '192.0.2.11')).status).to.equal(201)
    })

    it('of large requests ends sooner', async () => {
      const app = await publicApp()
      const { passed } = await flood(PER_NETWORK, () => push(app, '192.0.2.20', 's'.repeat(7 * KIB)))
      expect(passed).to.be.within(PER_NETWORK / 8, PER_NETWORK / 4)
    })

    if (isMounted('device'))
      it('of device codes ends in 429', async () => {
        const app = await publicApp()
        const ask = () => app.call('/oauth/device', { scope: 'openid' }, from('192.0.2.30'))
        const { passed, last } = await flood(PER_NETWORK + 5, ask)
        expect(passed).to.equal(PER_NETWORK)
        expectRefused(last)
      })

    it('of sign-in pages ends in a page that says how long to wait; people who signed in there go on [S-2.56]', async () => {
      const app = await publicApp()
      const ip = '192.0.2.40'
      const visitor = stage.visitor({ 'x-forwarded-for': ip })
      await signIn(visitor, app.authorizePath({ scope: 'openid' }), await stage.person())
      const ask = (headers: Record<string, string> = {}) =>
        stage.send({ to: app.authorizePath(), headers: from(ip, { accept: 'text/html', ...headers }) })
      const { passed, last } = await flood(PER_NETWORK + 5, ask)
      expect(passed).to.be.within(PER_NETWORK - 5, PER_NETWORK)
      expect([last.status, last.headers.location]).to.deep.equal([429, undefined])
      const minutes = Math.ceil(Number(last.headers['retry-after']) / 60)
      const inMinutes = minutes === 1 ? 'a minute' : `${minutes} minutes`
      const isSoon = Number(last.headers['retry-after']) < 30
      expect(last.text).to.contain(isSoon ? 'Wait a little' : `Try again in ${inMinutes}.`)
      expect((await ask({ cookie: 'as_session=invented' })).status).to.equal(429)
      const silent = app.authorizePath({ scope: 'openid', prompt: undefined })
      expect(callbackOf(await visitor.get(silent, { follow: false }))).to.have.property('code')
    })

    it('of an authenticated client counts for that client, not for its network', async () => {
      const [app, other] = [await register(stage), await register(stage)]
      const { passed, last } = await flood(PER_CLIENT + 5, () => push(app, '192.0.2.50', 's', app.auth))
      expect(passed).to.equal(PER_CLIENT)
      expectRefused(last)
      expect((await push(other, '192.0.2.50', 's', other.auth)).status).to.equal(201)
    })

    it('from one IPv6 /64 counts as one, and all of a /48 as a few [S-2.57]', async () => {
      const [app, second, third] = [await publicApp(), await publicApp(), await publicApp()]
      let host = 0
      const inOne = () => push(app, `2001:db8:1:1::${(host += 1).toString(16)}`)
      expect((await flood(PER_NETWORK + 5, inOne)).passed).to.equal(PER_NETWORK)
      let network = 1
      const inSite = () => push(network % 2 ? second : third, `2001:db8:1:${(network += 1).toString(16)}::1`)
      expect((await flood(PER_NETWORK * 4, inSite)).passed).to.equal(PER_NETWORK * 3)
    })

    it('writes nothing once it is refused, and joins its log lines into one [S-2.58]', async () => {
      const app = await publicApp()
      const ip = '192.0.2.60'
      await flood(PER_NETWORK, () => push(app, ip))
      await push(app, ip)
      // The process writes in order: with this line, those of all requests before it have arrived.
      await until(() => stage.log().includes(`network ${ip}`), 'the first refusal is in the log')
      const [kept, lines] = [await countKept(stage), logged(stage)]
      await flood(50, () => push(app, ip))
      // Earlier records may end meanwhile.
      expect(await countKept(stage)).to.be.at.most(kept)
      expect(logged(stage) - lines).to.equal(0)
      const line = stage
        .log()
        .split('\n')
        .find((one) => one.includes(`network ${ip}`))
      expect(line).to.contain('flows.refused').and.contain(`"limit":${PER_NETWORK}`)
    })
  })

/** Records in the grant store, and counters of attempts. */
async function countKept({ redisUrl, parts }: Stage): Promise<number> {
  const [rows] = await parts.db('attempt_buckets').count({ count: '*' })
  const [records] = await parts.db('oidc_records').count({ count: '*' })
  return Number(rows?.['count']) + Number(records?.['count']) + (redisUrl ? await keysOf(redisUrl) : 0)
}

async function keysOf(url: string): Promise<number> {
  const redis = new Redis(url)
  const size = await redis.dbsize()
  redis.disconnect()
  return size
}

function logged(stage: Stage): number {
  return stage
    .log()
    .split('\n')
    .filter((line) => /oidc\.refused|http\.(request|refused)/.test(line)).length
}
