import { expect } from 'chai'
import { register, userinfo } from '../oidc/protocol/relying-party.ts'
import type { Party, Tokens } from '../oidc/protocol/relying-party.ts'
import { openStage } from '../oidc/protocol/stage.ts'
import type { Stage } from '../oidc/protocol/stage.ts'
import { startKillableRedis } from './killable.ts'
import type { Killable } from './killable.ts'
import { retry } from './patience.ts'

/** As after a failover to a replica that had not heard of the last writes: Redis goes on from an older state. */
describe('after Redis has lost acknowledged writes', function () {
  this.timeout(60_000)
  let redis: Killable
  let stage: Stage
  let spa: Party
  let app: Party

  before(async () => {
    redis = await startKillableRedis({ forgetful: true })
    stage = await openStage({ store: 'mariadb+redis', env: { ACCOUNT_SERVER_REDIS_DSN: redis.url } })
    spa = await register(stage, { token_endpoint_auth_method: 'none' })
    app = await register(stage)
  })
  after(async () => {
    await stage.stop()
    await redis.kill()
  })

  /** Whatever `work` has Redis do is forgotten by the time it is back. */
  async function forgetting<T>(work: () => Promise<T>): Promise<T> {
    await stage.parts.redis!.save()
    const done = await work()
    await redis.kill()
    await redis.start()
    return done
  }

  it('a redeemed code stays redeemed, and its replay ends what it gave', async () => {
    const code = await app.codeFor(await stage.person())
    const { refresh_token } = await forgetting(async () => (await app.redeem(code)).json() as Tokens)
    const again = await retry(() => app.redeem(code))
    expect(again.json(), again.text).to.include({ error: 'invalid_grant' })
    expect((await retry(() => app.refresh(refresh_token))).json()).to.include({ error: 'invalid_grant' })
  })

  it('what a redeemed code gave can still be refreshed', async () => {
    const code = await app.codeFor(await stage.person())
    const { refresh_token } = await forgetting(async () => (await app.redeem(code)).json() as Tokens)
    const refreshed = await retry(() => app.refresh(refresh_token))
    expect(refreshed.status, refreshed.text).to.equal(200)
    expect((await userinfo(stage, (refreshed.json() as Tokens).access_token)).status).to.equal(200)
  })

  it('the client of a rotated refresh token stays signed in, however often it was rotated', async () => {
    const { refresh_token: first } = await spa.tokensFor(await stage.person())
    const last = await forgetting(async () => {
      let token = first
      for (let turn = 0; turn < 3; turn += 1)
        token = ((await spa.refresh(token)).json() as Tokens).refresh_token
      return token
    })
    const answer = await retry(() => spa.refresh(last))
    expect(answer.status, answer.text).to.equal(200)
    expect((await retry(() => spa.refresh(first))).json(), 'the first').to.include({ error: 'invalid_grant' })
  })
})
