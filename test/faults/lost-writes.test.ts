import { expect } from 'chai'
import { register, userinfo } from '../provider/relying-party.ts'
import type { Party, Tokens } from '../provider/relying-party.ts'
import { openStage } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { openFailover, openSnapshots } from './failover.ts'
import type { Losing } from './failover.ts'
import { retry } from './patience.ts'

const LOSSES: [string, () => Promise<Losing>][] = [
  ['and goes on from a snapshot', openSnapshots],
  ['in a failover to a replica that had not heard of them', openFailover],
]

for (const [how, open] of LOSSES)
  describe(`after Redis has lost acknowledged writes ${how}`, function () {
    let redis: Losing
    let stage: Stage
    let spa: Party
    let app: Party

    before(async () => {
      redis = await open()
      stage = await openStage({ store: 'mariadb+redis', env: { ACCOUNT_SERVER_REDIS_DSN: redis.dsn } })
      spa = await register(stage, { token_endpoint_auth_method: 'none' })
      app = await register(stage)
    })
    after(async () => {
      await stage.stop()
      await redis.end()
    })

    it('what was used stays used, and its clients stay signed in [S-4.8][S-5.7][S-6.4]', async () => {
      const people = await Promise.all([1, 2, 3, 4].map(() => stage.person()))
      const [replayed, kept] = [await app.codeFor(people[0]!), await app.codeFor(people[1]!)]
      const { refresh_token: first } = await spa.tokensFor(people[2]!)
      const revoked = await app.tokensFor(people[3]!)
      const got = await redis.forgetting(async () => {
        const [one, other] = [(await app.redeem(replayed)).json(), (await app.redeem(kept)).json()]
        await app.revoke(revoked.refresh_token)
        let last = first
        for (let turn = 0; turn < 3; turn += 1)
          last = ((await spa.refresh(last)).json() as Tokens).refresh_token
        return { one: one as Tokens, other: other as Tokens, last }
      })

      const gone = await retry(() => app.refresh(revoked.refresh_token))
      expect(gone.json(), 'revoked').to.include({ error: 'invalid_grant' })
      const again = await retry(() => app.redeem(replayed))
      expect(again.json(), `a redeemed code: ${again.text}`).to.include({ error: 'invalid_grant' })
      const ended = await retry(() => app.refresh(got.one.refresh_token))
      expect(ended.json(), 'what it gave').to.include({ error: 'invalid_grant' })

      const refreshed = await retry(() => app.refresh(got.other.refresh_token))
      expect(refreshed.status, `what another code gave: ${refreshed.text}`).to.equal(200)
      const { access_token } = refreshed.json() as Tokens
      expect((await retry(() => userinfo(stage, access_token))).status).to.equal(200)

      const rotated = await retry(() => spa.refresh(got.last))
      expect(rotated.status, `the last of a chain: ${rotated.text}`).to.equal(200)
      const reused = await retry(() => spa.refresh(first))
      expect(reused.json(), 'the first of it').to.include({ error: 'invalid_grant' })
    })
  })
