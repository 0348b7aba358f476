import { expect } from 'chai'
import { register } from '../provider/relying-party.ts'
import type { Party } from '../provider/relying-party.ts'
import { openStage } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { pause } from '../support/service-process.ts'
import { createGate } from './gate.ts'
import type { Gate } from './gate.ts'
import { startKillableMariadb, startKillableRedis } from './killable.ts'
import type { Killable } from './killable.ts'
import { expectFailed, expectOneFamily, patiently, retry } from './patience.ts'

const GRACE_SECONDS = 4
const GRACE_MS = GRACE_SECONDS * 1000
type Far = {
  write: RegExp
  /** Longer than anybody waits for a write. */
  frozenMs: number
  start: () => Promise<Killable>
  env: (url: string) => Record<string, string>
}

const FARS: Record<string, Far> = {
  Redis: {
    write: /"nonce":/,
    // 2 s.
    frozenMs: 3000,
    start: startKillableRedis,
    env: (url) => ({ ACCOUNT_SERVER_REDIS_DSN: url }),
  },
  'SQL, where it keeps the tokens,': {
    write: /INSERT INTO oidc_records/,
    // 5 s.
    frozenMs: 6000,
    start: startKillableMariadb,
    env: (url) => ({ ACCOUNT_SERVER_MYSQL_DSN: url, ACCOUNT_SERVER_REDIS_DSN: '' }),
  },
}

for (const [what, { write, frozenMs, start, env }] of Object.entries(FARS))
  describe(`two processes while ${what} is stopped or killed`, function () {
    let service: Killable
    let gate: Gate
    let stage: Stage
    let spa: Party

    before(async () => {
      service = await start()
      gate = await createGate(service.url)
      await gate.open()
      const given = { ...env(gate.url), ACCOUNT_SERVER_REFRESH_TOKEN_GRACE_SECONDS: String(GRACE_SECONDS) }
      stage = await openStage({ store: 'mariadb+redis', env: given })
      spa = await register(stage, { token_endpoint_auth_method: 'none' })
    })
    after(async () => {
      await stage.stop()
      await gate.close()
      await service.kill()
    })

    /** Stopped as the next write arrives, for longer than anybody waits, and then it goes on. */
    async function frozenAtWrite(ask: Parameters<typeof retry>[0]): Promise<void> {
      const since = performance.now()
      gate.before(write, service.freeze)
      const failed = await patiently(ask())
      await pause(frozenMs - (performance.now() - since))
      service.thaw()
      expectFailed(failed)
    }

    it('leaves a refresh token valid until the client asks again', async () => {
      const { refresh_token: first } = await spa.tokensFor(await stage.person())
      await frozenAtWrite(() => spa.refresh(first))
      await pause(GRACE_MS + 500)
      await expectOneFamily(stage, spa, first, await retry(() => spa.refresh(first)))
    })

    it('leaves a code valid for one success', async () => {
      const code = await spa.codeFor(await stage.person())
      await frozenAtWrite(() => spa.redeem(code))
      const redeemed = await retry(() => spa.redeem(code))
      expect(redeemed.status, redeemed.text).to.equal(200)
      expect((await retry(() => spa.redeem(code))).json()).to.include({ error: 'invalid_grant' })
    })

    it('continues after it was killed as a refresh arrived', async () => {
      const { refresh_token: first } = await spa.tokensFor(await stage.person())
      gate.before(write, () => void service.kill())
      expectFailed(await patiently(spa.refresh(first)))
      await service.start()
      await expectOneFamily(stage, spa, first, await retry(() => spa.refresh(first)))
    })

    it('continues after it was killed before its answer to a refresh arrived', async () => {
      const { refresh_token: first } = await spa.tokensFor(await stage.person())
      gate.loseAnswersFrom(write)
      const asked = patiently(spa.refresh(first))
      await pause(300)
      await service.kill()
      await gate.close()
      await gate.open()
      await service.start()
      // Sent again in time, it is answered after all; it was the same write.
      await asked
      await expectOneFamily(stage, spa, first, await retry(() => spa.refresh(first)))
    })
  })
