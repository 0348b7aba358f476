import { expect } from 'chai'
import { register, signIn } from '../provider/relying-party.ts'
import type { Party } from '../provider/relying-party.ts'
import { openStage, PASSWORD, until } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { freePort } from '../support/service-process.ts'
import { scrape } from './scrape.ts'

const MACHINE = { redirect_uris: [], grant_types: ['client_credentials' as const] }

for (const store of ['sqlite', 'mariadb+redis'] as const) {
  describe(`metrics on ${store}`, () => {
    let stage: Stage
    let app: Party
    let port: number
    let workerPort: number

    before(async () => {
      port = await freePort()
      workerPort = store === 'sqlite' ? port : await freePort()
      const env = {
        ACCOUNT_SERVER_METRICS_PORT: String(port),
        ACCOUNT_SERVER_WORKER_METRICS_PORT: String(workerPort),
        ACCOUNT_SERVER_HASH_QUEUE_LENGTH: '1',
      }
      stage = await openStage({ store, processes: 1, env })
      app = await register(stage)
    })
    after(() => stage?.stop())

    it('count requests by the pattern of their route, and never by what somebody sent', async () => {
      const before = await scrape(port)
      await stage.send({ to: '/sign-in' })
      for (const to of [
        '/nothing-here',
        '/an-address/of?somebody@example.org',
        '/oauth/token/x',
        '/assets/none.css',
      ])
        await stage.send({ to })
      const after = await scrape(port)
      const requests = (labels: Record<string, string>) =>
        after.sum('account_server_http_requests_total', labels) -
        before.sum('account_server_http_requests_total', labels)
      expect(requests({ method: 'GET', route: '/sign-in', status: '200' })).to.equal(1)
      expect(requests({ route: 'other', status: '404' })).to.equal(2)
      expect(requests({ route: '/oauth/token/:id' })).to.equal(1)
      expect(requests({ route: '/assets/:file' })).to.equal(1)
      expect(
        after.sum('account_server_http_request_duration_seconds_count', { route: '/sign-in' }),
      ).to.be.above(0)
      expect(after.text).to.not.match(/nothing-here|somebody|none\.css/)
    })

    it('count sign-ins by method and result, and tokens by grant', async () => {
      const person = await stage.person()
      const visitor = stage.visitor()
      await visitor.signIn({ email: person.email, password: 'not the password' })
      const code = await app.codeFor(person)
      expect((await app.redeem(code)).status).to.equal(200)
      expect((await app.redeem(code)).status).to.equal(400)
      const machine = await register(stage, MACHINE)
      await machine.call('/oauth/token', { grant_type: 'client_credentials' })
      await machine.call('/oauth/token', { grant_type: person.email })
      const { sum, text } = await scrape(port)
      const signIns = (result: string) =>
        sum('account_server_sign_ins_total', { method: 'password', second_factor: 'none', result })
      expect([signIns('failed'), signIns('succeeded')]).to.eql([1, 1])
      const tokens = (grant: string, result: string) =>
        sum('account_server_token_requests_total', { grant, result })
      expect([
        tokens('authorization_code', 'issued'),
        tokens('authorization_code', 'refused'),
        tokens('client_credentials', 'issued'),
        tokens('other', 'refused'),
      ]).to.eql([1, 1, 1, 1])
      expect(text).to.not.contain(person.email)
      expect(text).to.not.contain(person.id)
      expect(text).to.not.contain(app.clientId)
    })

    it('time SQL and the store of tokens, and count what caches find', async () => {
      const { sum } = await scrape(port)
      expect(sum('account_server_sql_statement_duration_seconds_count', { operation: 'select' })).to.be.above(
        3,
      )
      expect(sum('account_server_sql_statement_duration_seconds_count', { operation: 'insert' })).to.be.above(
        0,
      )
      const kept = { store: store === 'sqlite' ? 'sql' : 'redis', operation: 'commit' }
      expect(sum('account_server_grant_store_duration_seconds_count', kept)).to.be.above(0)
      expect(sum('account_server_sql_connections')).to.be.above(0)
      for (const result of ['hit', 'miss'])
        expect(sum('account_server_cache_lookups_total', { cache: 'clients', result }), result).to.be.above(0)
      expect(sum('account_server_processes')).to.equal(1)
      expect(sum('nodejs_eventloop_lag_p99_seconds')).to.be.above(0)
    })

    it('put every time into the buckets that it fits, and keep their sum', async () => {
      const { samples, sum } = await scrape(port)
      const name = 'account_server_http_request_duration_seconds'
      const route = '/sign-in'
      const buckets = samples.filter((one) => one.name === `${name}_bucket` && one.labels['route'] === route)
      const counts = buckets.map(({ value }) => value)
      expect(buckets.at(-1)?.labels).to.eql({ route, le: '+Inf' })
      expect(counts.at(-1)).to.equal(sum(`${name}_count`, { route }))
      expect(counts).to.eql(counts.toSorted((a, b) => a - b))
      expect(counts[0]).to.be.below(counts.at(-1)!)
      const seconds = sum(`${name}_sum`, { route })
      const most = buckets.reduce((all, { value, labels }, at) => {
        const here = value - (counts[at - 1] ?? 0)
        return all + (here > 0 ? here * Number(labels['le']?.replace('+Inf', '1000')) : 0)
      }, 0)
      expect(seconds).to.be.within(0.0005, most)
    })

    it('count a form that is refused for now once, though its answer is a redirect', async () => {
      const limited = async () =>
        (await scrape(port)).sum('account_server_limits_hit_total', { limit: 'hashing_busy' })
      const before = await limited()
      const visitor = stage.visitor()
      const page = await visitor.get('/sign-in')
      const places = []
      while (!stage.parts.hasher.isFull()) places.push(stage.parts.hasher.reserve())
      if (store === 'sqlite') {
        const fields = { email: 'a@example.org', password: PASSWORD }
        const { status, url } = await visitor.followForm(page, fields, { action: '/sign-in' })
        expect([status, url.pathname]).to.eql([503, '/try-later'])
        expect(await limited()).to.equal(before + 1)
      }
      for (const place of places) place.leave()
    })

    it('show what waits in the queues, and what is dead, by topic', async () => {
      const { db, clock } = stage.parts
      const topic = 'nobody.takes-this'
      const nowMs = clock()
      const row = { topic, payload: 'x', attempts: 0, leasedUntilMs: 0, createdAtMs: nowMs - 60_000 }
      await db('outbox_messages').insert([
        { ...row, id: 'metrics-1', nextAttemptAtMs: nowMs },
        { ...row, id: 'metrics-2', nextAttemptAtMs: null, deadAtMs: nowMs },
      ])
      const { sum, text } = await scrape(workerPort)
      const messages = (state: string) => sum('account_server_outbox_messages', { topic: 'nobody', state })
      expect([messages('waiting'), messages('dead')]).to.eql([1, 1])
      expect(sum('account_server_outbox_oldest_message_age_seconds', { topic: 'nobody' })).to.be.at.least(60)
      expect(text).to.not.contain('takes-this')
    })

    it('count deliveries by their result', async () => {
      const visitor = stage.visitor()
      const { email } = await stage.person()
      await visitor.followForm(await visitor.get('/forgot'), { email }, { action: '/forgot' })
      await stage.waitForMail(email)
      const delivered = async () =>
        (await scrape(workerPort)).sum('account_server_outbox_deliveries_total', {
          topic: 'mail',
          result: 'delivered',
        })
      await until(async () => (await delivered()) > 0, 'the mail is counted')
    })

    it('are at an address of their own, and nothing else is', async () => {
      expect((await stage.send({ to: '/metrics' })).status).to.equal(404)
      const ask = async (path: string, method = 'GET') =>
        (await fetch(`http://127.0.0.1:${port}${path}`, { method })).status
      expect([
        await ask('/'),
        await ask('/sign-in'),
        await ask('/metrics', 'POST'),
        await ask('/metrics?x=1'),
      ]).to.eql([404, 404, 405, 200])
      await signIn(stage.visitor(), app.authorizePath(), await stage.person())
    })
  })
}

describe('metrics of several server processes', () => {
  it('are one sum at one port', async () => {
    const port = await freePort()
    const env = { ACCOUNT_SERVER_WORKERS: '2', ACCOUNT_SERVER_METRICS_PORT: String(port) }
    const stage = await openStage({ store: 'sqlite', env })
    try {
      for (let turn = 0; turn < 20; turn += 1) await stage.send({ to: '/sign-in' })
      const { sum } = await scrape(port)
      expect(sum('account_server_http_requests_total', { route: '/sign-in', status: '200' })).to.equal(20)
      expect(sum('account_server_processes')).to.equal(3)
    } finally {
      await stage.stop()
    }
  })
})

describe('without METRICS_PORT', () => {
  it('nothing is counted', async () => {
    const stage = await openStage({ store: 'sqlite' })
    try {
      expect(stage.parts.prometheus).to.equal(undefined)
      expect(stage.parts.metrics.isOn).to.equal(false)
    } finally {
      await stage.stop()
    }
  })
})
