import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { createLog } from '../../../examples/ledger/log.ts'
import { ensureRegistered } from '../../../examples/ledger/registration.ts'
import { readSettings } from '../../../examples/ledger/settings.ts'
import { disableAccount } from '../../../src/accounts/account-state.ts'
import { openStage } from '../../provider/stage.ts'
import type { Stage } from '../../provider/stage.ts'
import { register } from '../../provider/relying-party.ts'
import { dataFolder } from '../../support/service-process.ts'
import { call, startLedger } from './ledger-here.ts'
import { startLedgerAt } from './ledger-at-server.ts'
import type { LedgerAtServer } from './ledger-at-server.ts'

describe('the ledger at the account server', () => {
  let stage: Stage

  before(async () => {
    stage = await openStage({ store: 'sqlite' })
  })
  after(() => stage.stop())

  const appFor = ({ identifier }: LedgerAtServer) =>
    register(stage, { scope: 'openid ledger:read ledger:send', allowed_resources: [identifier] })

  for (const tokens of ['introspection', 'jwt'] as const)
    it(`takes tokens by ${tokens}, finds recipients, and refuses what is revoked or for others`, async () => {
      const ledger = await startLedgerAt(stage, { LEDGER_TOKENS: tokens })
      const app = await appFor(ledger)
      const [ada, bob] = [await stage.person(), await stage.person()]
      const asked = { resource: ledger.identifier, scope: 'ledger:read ledger:send' }
      const { access_token: token } = await app.tokensFor(ada, asked)
      expect(token.includes('.')).to.equal(tokens === 'jwt')
      const send = (recipient: string, key: string) =>
        call(ledger, { path: '/transfers', token, key, body: { recipient, amount_minor: 300 } })
      const sent = await send(bob.email.toUpperCase(), 'one')
      expect(sent.body, 'sent').to.include({ amount_minor: 300, balance_minor: 9700 })
      expect((await send('nobody@example.org', 'two')).body).to.include({ code: 'recipient_unknown' })
      expect((await send(ada.email, 'three')).body).to.include({ code: 'self_transfer' })
      const bobs = (await app.tokensFor(bob, asked)).access_token
      expect((await call(ledger, { path: '/balance', token: bobs })).body).to.eql({
        balance_minor: 10_300,
        currency: 'EUR',
      })
      const elsewhere = (await app.tokensFor(ada, { scope: 'openid' })).access_token
      expect((await call(ledger, { path: '/balance', token: elsewhere })).body).to.include({
        code: 'invalid_token',
      })
      await app.call('/oauth/revoke', { token })
      // A JWT that the ledger has seen counts until it fetches the status list again.
      if (tokens === 'introspection') expect((await send(bob.email, 'four')).status).to.equal(401)
      await ledger.stop()
    })

  it('keeps tokens and recipients as long as its settings say, but nobody as unknown', async () => {
    const short = { LEDGER_LOOK_UP_CACHE_SECONDS: '0' }
    const long = { LEDGER_TOKEN_CACHE_SECONDS: '60', LEDGER_LOOK_UP_CACHE_SECONDS: '60' }
    let registered = {}
    for (const [given, unknown, revoked] of [
      [short, 'recipient_unknown', 401],
      [long, undefined, 200],
    ] as const) {
      const ledger = await startLedgerAt(stage, { ...given, ...registered })
      registered = {
        LEDGER_PUBLIC_URL: ledger.publicUrl,
        LEDGER_CREDENTIALS_FILE: ledger.settings.credentialsFile,
      }
      const app = await appFor(ledger)
      const [ada, bob] = [await stage.person(), await stage.person()]
      const asked = { resource: ledger.identifier, scope: 'ledger:read ledger:send' }
      const { access_token: token } = await app.tokensFor(ada, asked)
      const send = (recipient: string, key: string) =>
        call(ledger, { path: '/transfers', token, key, body: { recipient, amount_minor: 1 } })
      const late = `late-${bob.email}`
      expect((await send(late, 'early')).body['code'], String(revoked)).to.equal('recipient_unknown')
      await stage.createAccount({ email: late })
      expect((await send(late, 'late')).status, String(revoked)).to.equal(201)
      expect((await send(bob.email, 'one')).status, String(revoked)).to.equal(201)
      await disableAccount(stage.accounts, bob.id, { actor: 'cli' })
      expect((await send(bob.email, 'two')).body['code'], String(revoked)).to.equal(unknown)
      await app.call('/oauth/revoke', { token })
      const { status } = await call(ledger, { path: '/balance', token })
      expect(status, String(revoked)).to.equal(revoked)
      await ledger.stop()
    }
  })

  it('is registered once, keeps its secrets to itself, and registers again at a server that lost it', async () => {
    const ledger = await startLedgerAt(stage)
    const { settings, run } = ledger
    expect(ledger.changed).to.equal(true)
    expect(statSync(settings.credentialsFile).mode & 0o777).to.equal(0o600)
    const again = await ensureRegistered(settings, run)
    expect(again).to.eql({ credentials: ledger.credentials, changed: false })
    const lost = { ...ledger.credentials, app: { client_id: 'lost', client_secret: 'lost' } }
    writeFileSync(settings.credentialsFile, JSON.stringify(lost))
    expect((await ensureRegistered(settings, run)).changed).to.equal(true)
    const elsewhere = { ...settings, publicUrl: 'http://localhost:1' }
    const made = { client_id: 'made', client_secret: 'anew' }
    const moved = await ensureRegistered(elsewhere, () => Promise.resolve(made))
    expect(moved.changed, 'at another address').to.equal(true)
    expect(moved.credentials.app).to.eql(made)
    await ledger.stop()
  })
})

describe('the ledger as a service', () => {
  it('describes every route, and each wants a token', async () => {
    const ledger = await startLedger('sqlite')
    const document = (await call(ledger, { path: '/openapi.json' })).body
    const paths = document['paths'] as Record<string, Record<string, { responses: object }>>
    const routes = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { responses }]) => ({ path, method, responses })),
    )
    expect(document['openapi']).to.equal('3.1.0')
    expect(routes.map(({ path, method }) => `${method} ${path}`)).to.have.members([
      'post /transfers',
      'post /transfer',
      'get /transactions',
      'get /balance',
    ])
    for (const { path, method, responses } of routes) {
      const { status } = await call(ledger, { path, method: method.toUpperCase() })
      expect(status, path).to.equal(401)
      expect(responses, path).to.include.keys('401', '403', '503')
    }
    const unknown = await fetch(`${ledger.publicUrl}/balances`)
    expect(unknown.status).to.equal(404)
    await ledger.stop()
  })

  it('says 503 while the account server is away, and keeps nothing for the key', async () => {
    const ledger = await startLedger('sqlite')
    const token = await ledger.provider.token('person-1')
    // The keys are there; the look-up is not.
    expect((await call(ledger, { path: '/balance', token })).status).to.equal(200)
    await ledger.provider.stop()
    const body = { recipient: 'person-2@example.org', amount_minor: 1 }
    const answer = await call(ledger, { path: '/transfers', token, key: 'away', body })
    expect(answer.body).to.include({ status: 503, code: 'temporarily_unavailable' })
    expect(answer.headers.get('retry-after')).to.equal('2')
    expect(await ledger.db('idempotency_keys').select('status')).to.eql([])
    await ledger.stop()
  })

  it('writes one log file a day and deletes old ones, but no file of others', () => {
    const dir = dataFolder('ledger-logs')
    const time = { ms: Date.parse('2026-01-01T23:59:59Z') }
    const log = createLog({ dir, days: 2, clock: () => time.ms })
    writeFileSync(join(dir, 'notes-2026-01-01.log'), '')
    for (let day = 1; day <= 4; day += 1) {
      log.info({ day }, 'a.day')
      time.ms += 86_400_000
    }
    expect(readdirSync(dir).toSorted((a, b) => a.localeCompare(b))).to.eql([
      'ledger-2026-01-02.log',
      'ledger-2026-01-03.log',
      'ledger-2026-01-04.log',
      'notes-2026-01-01.log',
    ])
    expect(readFileSync(join(dir, 'ledger-2026-01-03.log'), 'utf8')).to.contain('"day":3')
  })

  it('names every wrong setting and what it takes', () => {
    const wrong = { LEDGER_CURRENCY: 'euro', LEDGER_TOKENS: 'both', LEDGER_DEFAULT_LIMIT: '0' }
    expect(() => readSettings(wrong)).to.throw(
      /LEDGER_CURRENCY: takes a currency .*EUR.*LEDGER_DEFAULT_LIMIT/s,
    )
  })
})
