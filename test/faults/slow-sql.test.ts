import { expect } from 'chai'
import { register, userinfo } from '../provider/relying-party.ts'
import type { Party, Tokens } from '../provider/relying-party.ts'
import { openStage, PASSWORD, until } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import type { Visited } from '../support/visitor.ts'
import { startKillableMariadb } from './killable.ts'
import type { Killable } from './killable.ts'

/** Against an answer that never comes: the query that hangs, or the place in the pool, is given up after five seconds. */
const ANSWERED_WITHIN_MS = 60_000
const BACK_WITHIN_MS = 60_000
const ASKED_TOGETHER = 30

describe('while SQL takes requests and answers none', function () {
  let mariadb: Killable
  let stage: Stage
  let app: Party
  let tokens: Tokens

  before(async () => {
    mariadb = await startKillableMariadb()
    stage = await openStage({
      store: 'mariadb+redis',
      processes: 1,
      env: { ACCOUNT_SERVER_MYSQL_DSN: mariadb.url },
    })
    app = await register(stage)
    tokens = await app.tokensFor(await stage.person())
  })
  after(async () => {
    mariadb.thaw()
    await stage.stop()
    await mariadb.kill()
  })

  it('requests that need it get 503 in time, others are answered at once, and all work when it continues [S-5.5]', async () => {
    const { email } = await stage.person()
    const visitor = stage.visitor()
    const page = await visitor.get('/sign-in')
    mariadb.freeze()
    // What the process knows of the account counts for less than a second.
    await until(async () => (await userinfo(stage, tokens.access_token)).status === 503, 'its cache is old')
    const signingIn = timed(() => visitor.followForm(page, { email, password: PASSWORD }))
    const others = Array.from({ length: ASKED_TOGETHER }, () =>
      timed(() => userinfo(stage, tokens.access_token)),
    )
    const quick: number[] = []
    for (const to of ['/health/live', '/oauth/jwks', '/health/live', '/oauth/jwks', '/health/live']) {
      const { answer, tookMs } = await timed(() => stage.send({ to }))
      expect(answer.status, to).to.equal(200)
      quick.push(tookMs)
    }
    const slow: number[] = []
    for (const asked of [signingIn, ...others]) {
      const { answer, tookMs } = await asked
      const { status, headers, text } = answer
      const retryAfter = headers instanceof Headers ? headers.get('retry-after') : headers['retry-after']
      expect(status, text.slice(0, 300)).to.equal(503)
      expect(Number(retryAfter), text.slice(0, 300)).to.be.at.least(1)
      expect(tookMs, text.slice(0, 300)).to.be.below(ANSWERED_WITHIN_MS)
      slow.push(tookMs)
    }
    // What needs no SQL waits for nobody: it takes a small part of the time of what does.
    const median = quick.toSorted((a, b) => a - b)[2]!
    expect(median / Math.min(...slow), `${Math.round(median)} ms`).to.be.below(0.5)
    mariadb.thaw()
    const thawedAt = performance.now()
    const fine = async () => (await userinfo(stage, tokens.access_token)).status === 200
    await until(async () => (await fine()) && (await fine()), 'it is back')
    expect(performance.now() - thawedAt).to.be.below(BACK_WITHIN_MS)
    const signedIn: Visited = await visitor.followForm(page, { email, password: PASSWORD })
    expect(signedIn.url.pathname).to.equal('/account')
  })
})

async function timed<T>(ask: () => Promise<T>): Promise<{ answer: T; tookMs: number }> {
  const startedAt = performance.now()
  return { answer: await ask(), tookMs: performance.now() - startedAt }
}
