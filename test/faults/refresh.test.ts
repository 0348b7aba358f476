import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { register } from '../provider/relying-party.ts'
import type { Party } from '../provider/relying-party.ts'
import { openStage, until } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import type { Store } from '../support/running-server.ts'
import { dataFolder } from '../support/service-process.ts'
import { createDatabase, startRedis } from '../support/services.ts'
import { createGate } from './gate.ts'
import type { Gate } from './gate.ts'
import { expectFailed, expectOneFamily, patiently, retry } from './patience.ts'
import { inCase } from '../support/in-case.ts'

const TIMES = 2

const STORES: [Store, Record<string, string>][] = [
  ['sqlite', { ACCOUNT_SERVER_WORKERS: '2' }],
  ['mariadb+redis', { ACCOUNT_SERVER_WORKERS: '2' }],
]

for (const [store, env] of STORES)
  describe(`a refresh, with its process killed before the answer, with ${store}`, function () {
    const order = join(dataFolder('die'), 'order')
    let stage: Stage
    let spa: Party

    before(async () => {
      // As an address, in which a space of the folder's name is encoded.
      const NODE_OPTIONS = `--import ${import.meta.resolve('./die-before-answer.ts')}`
      stage = await openStage({
        store,
        processes: 1,
        env: {
          ...env,
          NODE_OPTIONS,
          TEST_DIE_BEFORE_ANSWER: order,
          // Within which a busy machine has to start a process again.
          ACCOUNT_SERVER_REFRESH_TOKEN_GRACE_SECONDS: '60',
        },
      })
      spa = await register(stage, { token_endpoint_auth_method: 'none' })
    })
    after(() => stage.stop())

    /** Asks often enough to meet every process. */
    async function isReady(): Promise<boolean> {
      const asked = Array.from({ length: 8 }, () => patiently(stage.send({ to: '/health/ready' })))
      return (await Promise.all(asked)).every((answer) => answer?.status === 200)
    }

    it('succeeds with the retry, and leaves one family [S-5.21]', async () => {
      for (let time = 0; time < TIMES; time += 1) {
        await until(isReady, 'both processes are back')
        const { refresh_token: first } = await spa.tokensFor(await stage.person())
        writeFileSync(order, '')
        expect(await patiently(spa.refresh(first)), 'an answer').to.equal(undefined)
        const retried = await retry(() => spa.refresh(first))
        await inCase(`time ${time}`, () => expectOneFamily(stage, spa, first, retried))
      }
    })
  })

type Far = { url: string; gate: Gate; drop: () => Promise<unknown> }

const FARS: [string, RegExp, () => Promise<{ stage: Stage; far: Far }>][] = [
  ['Redis', /"nonce":/, behindRedis],
  ['SQL, where it keeps the tokens,', /INSERT INTO oidc_records/, behindSql],
]

for (const [what, last, open] of FARS)
  describe(`a refresh while ${what} fails in the middle`, function () {
    let stage: Stage
    let far: Far
    let spa: Party

    before(async () => {
      ;({ stage, far } = await open())
      spa = await register(stage, { token_endpoint_auth_method: 'none' })
    })
    after(async () => {
      await stage.stop()
      await far.gate.close()
      await far.drop()
    })

    const begin = async () => (await spa.tokensFor(await stage.person())).refresh_token

    it('succeeds with the retry when the answer to the write was lost', async () => {
      const first = await begin()
      far.gate.loseAnswersFrom(last)
      const failed = await patiently(spa.refresh(first))
      await far.gate.close()
      await far.gate.open()
      expectFailed(failed)
      await expectOneFamily(stage, spa, first, await retry(() => spa.refresh(first)))
    })

    it('succeeds with the retry when the connection broke', async () => {
      const first = await begin()
      await far.gate.close()
      expectFailed(await patiently(spa.refresh(first)))
      await far.gate.open()
      await expectOneFamily(stage, spa, first, await retry(() => spa.refresh(first)))
    })

    it('succeeds with the retry when the write was late, but carried out', async () => {
      const first = await begin()
      far.gate.hold()
      expectFailed(await patiently(spa.refresh(first)))
      far.gate.release()
      await expectOneFamily(stage, spa, first, await retry(() => spa.refresh(first)))
    })
  })

async function behindRedis() {
  const redis = await startRedis()
  const gate = await createGate(redis.url)
  await gate.open()
  const stage = await openStage({ store: 'mariadb+redis', env: { ACCOUNT_SERVER_REDIS_DSN: gate.url } })
  return { stage, far: { url: gate.url, gate, drop: redis.stop } }
}

/** Two processes on MariaDB alone: grants, codes and tokens are in SQL as well. */
async function behindSql() {
  const database = await createDatabase()
  const gate = await createGate(database.dsn)
  await gate.open()
  const stage = await openStage({
    store: 'mariadb+redis',
    env: { ACCOUNT_SERVER_MYSQL_DSN: gate.url, ACCOUNT_SERVER_REDIS_DSN: '' },
  })
  return { stage, far: { url: gate.url, gate, drop: database.drop } }
}
