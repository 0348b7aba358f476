import { expect } from 'chai'
import { disableAccount } from '../../src/accounts/account-state.ts'
import { register, userinfo } from '../provider/relying-party.ts'
import type { Party, Tokens } from '../provider/relying-party.ts'
import type { Answer } from '../provider/send.ts'
import { openStage, PASSWORD, until } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import type { Visited, Visitor } from '../support/visitor.ts'
import { createDatabase, startRedis } from '../support/services.ts'
import type { RedisServer, TestDatabase } from '../support/services.ts'
import { createGate } from './gate.ts'
import type { Gate } from './gate.ts'

/** Against an answer that never comes; a busy machine takes long over everything. */
const BACK_WITHIN_MS = 60_000
const DEADLINE_MS = 60_000

describe('while a dependency is away', function () {
  let stage: Stage
  let sql: Gate
  let redis: Gate
  let database: TestDatabase
  let redisServer: RedisServer
  let app: Party
  let visitor: Visitor
  let tokens: Tokens

  before(async () => {
    database = await createDatabase()
    redisServer = await startRedis()
    sql = await createGate(database.dsn)
    redis = await createGate(redisServer.url)
    await Promise.all([sql.open(), redis.open()])
    stage = await openStage({
      store: 'mariadb+redis',
      env: { ACCOUNT_SERVER_MYSQL_DSN: sql.url, ACCOUNT_SERVER_REDIS_DSN: redis.url },
    })
    app = await register(stage)
    visitor = stage.visitor()
    tokens = await app.tokensFor(await stage.person(), {}, visitor)
  })
  after(async () => {
    await stage.stop()
    await Promise.all([sql.close(), redis.close()])
    await Promise.all([database.drop(), redisServer.stop()])
  })

  async function expectUnavailable(what: string, ask: () => Promise<Answer | Visited>): Promise<void> {
    const startedAt = performance.now()
    const { status, headers, text } = await ask()
    const retryAfter = headers instanceof Headers ? headers.get('retry-after') : headers['retry-after']
    expect(status, `${what}: ${text.slice(0, 300)}`).to.equal(503)
    expect(Number(retryAfter), what).to.be.at.least(1)
    expect(performance.now() - startedAt, what).to.be.below(DEADLINE_MS)
    expect(text, what).not.to.match(/ECONN|127\.0\.0\.1:\d|ioredis|mysql|\bat .*:\d+/i)
  }

  /** What a process knows of an account counts for less than a second, so that each of them asks SQL again. */
  const cachedAccountIsOld = (accessToken: string) =>
    until(async () => {
      const statuses = [await userinfo(stage, accessToken), await userinfo(stage, accessToken)]
      return statuses.every(({ status }) => status === 503)
    }, 'no process trusts its cache of accounts any more')

  const live = async () => (await stage.send({ to: '/health/live' })).status
  const readiness = async () => (await stage.send({ to: '/health/ready' })).json()

  async function backSoon(ask: () => Promise<Answer | Visited>, wanted: number): Promise<void> {
    const startedAt = performance.now()
    // Both processes must be back, hence twice in a row.
    await until(async () => (await ask()).status === wanted && (await ask()).status === wanted, 'it is back')
    expect(performance.now() - startedAt).to.be.below(BACK_WITHIN_MS)
  }

  it('without Redis a token is never "inactive" nor a code "not found": everything answers 503 [S-5.6]', async () => {
    const code = await app.codeFor(await stage.person())
    await redis.close()
    try {
      await expectUnavailable('introspection', () => app.introspect(tokens.access_token))
      await expectUnavailable('userinfo', () => userinfo(stage, tokens.access_token))
      await expectUnavailable('refresh', () => app.refresh(tokens.refresh_token))
      await expectUnavailable('code', () => app.redeem(code))
      await expectUnavailable('revocation', () => app.revoke(tokens.access_token))
      await expectUnavailable('authorization', () => visitor.get(app.authorizePath({ prompt: undefined })))
      await expectUnavailable('account page', () => visitor.get('/account'))
      expect(await live()).to.equal(200)
      expect((await readiness())['failed']).to.eql(['redis'])
      expect((await stage.send({ to: '/oauth/jwks' })).status).to.equal(200)
    } finally {
      await redis.open()
    }
    await backSoon(() => app.introspect(tokens.access_token), 200)
    expect((await app.introspect(tokens.access_token)).json()).to.include({ active: true })
    expect((await app.redeem(code)).status).to.equal(200)
    expect((await visitor.get('/account')).heading).to.contain('account')
  })

  it('without SQL people and apps get 503 with Retry-After, and keep what they have [S-5.2]', async () => {
    const { email } = await stage.person()
    const form = await stage.visitor().get('/sign-in')
    const signingIn = stage.visitor()
    const page = await signingIn.get('/sign-in')
    expect(form.status).to.equal(200)
    await sql.close()
    await cachedAccountIsOld(tokens.access_token)
    try {
      await expectUnavailable('sign-in', () => signingIn.followForm(page, { email, password: PASSWORD }))
      await expectUnavailable('refresh', () => app.refresh(tokens.refresh_token))
      await expectUnavailable('account page', () => visitor.get('/account'))
      await expectUnavailable('userinfo', () => userinfo(stage, tokens.access_token))
      expect(await live()).to.equal(200)
      expect((await readiness())['failed']).to.eql(['database'])
      expect((await stage.send({ to: '/oauth/jwks' })).status).to.equal(200)
    } finally {
      await sql.open()
    }
    await backSoon(() => stage.send({ to: '/health/ready' }), 200)
    expect((await app.refresh(tokens.refresh_token)).status).to.equal(200)
    expect((await visitor.get('/account')).heading).to.contain('account')
    expect((await signingIn.followForm(page, { email, password: PASSWORD })).url.pathname).to.equal(
      '/account',
    )
  })

  it('without SQL in the middle of a refresh no token is used up [S-6.5]', async () => {
    const spa = await register(stage, { token_endpoint_auth_method: 'none' })
    const { access_token, refresh_token } = await spa.tokensFor(await stage.person())
    await sql.close()
    await cachedAccountIsOld(access_token)
    const failed = await spa.refresh(refresh_token)
    await sql.open()
    expect(failed.status).to.equal(503)
    await backSoon(() => stage.send({ to: '/health/ready' }), 200)
    const retried = await spa.refresh(refresh_token)
    expect(retried.status, retried.text).to.equal(200)
  })

  it('without Redis an account that is disabled stays out after Redis is back', async () => {
    const person = await stage.person()
    const guest = stage.visitor()
    const held = await app.tokensFor(person, {}, guest)
    await redis.close()
    await disableAccount(stage.accounts, person.id, { actor: 'cli' }).catch(() => undefined)
    await redis.open()
    await backSoon(() => app.introspect('unknown'), 200)
    await until(
      async () => (await stage.parts.redis?.ping().catch(() => '')) === 'PONG',
      'our own client is back',
    )
    expect((await userinfo(stage, held.access_token)).status).to.equal(401)
    expect((await app.refresh(held.refresh_token)).json()).to.include({ error: 'invalid_grant' })
    expect((await guest.get('/account')).heading).to.equal('Sign in')
    await until(
      async () => (await app.introspect(held.access_token)).text === '{"active":false}',
      'introspection says that it is over',
    )
  })
})
