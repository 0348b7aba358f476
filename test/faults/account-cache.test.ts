import { expect } from 'chai'
import { updateAccount } from '../../src/account-cache/changed-account.ts'
import type { Account } from '../../src/accounts/account.ts'
import { disableClient } from '../../src/clients/clients.ts'
import { register, userinfo } from '../provider/relying-party.ts'
import { basic } from '../provider/send.ts'
import { openStage } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { isMounted } from '../support/mounted.ts'
import { pause } from '../support/service-process.ts'
import { openFailover, openSnapshots } from './failover.ts'
import type { Losing } from './failover.ts'
import { startKillableRedis } from './killable.ts'
import { retry } from './patience.ts'

const SECOND_MS = 1000

async function openOn(redisUrl: string): Promise<Stage> {
  return openStage({ store: 'mariadb+redis', env: { ACCOUNT_SERVER_REDIS_DSN: redisUrl } })
}

/** A token of this person. Both processes have cached the account. */
async function known(stage: Stage, person: Account): Promise<string> {
  const { access_token: token } = await (await register(stage)).tokensFor(person)
  for (let turn = 0; turn < 4; turn += 1)
    expect((await userinfo(stage, token)).status, `${turn}`).to.equal(200)
  return token
}

/** Both processes, in turn. */
async function expectName(stage: Stage, token: string, name: string): Promise<void> {
  for (let turn = 0; turn < 6; turn += 1)
    expect((await retry(() => userinfo(stage, token))).json(), `${turn}`).to.include({ name })
}

/** A JWT of a machine, which has no grant and no account. Both processes know that it is not revoked. */
async function knownJwt(stage: Stage) {
  const resource = 'https://jwts.example.com/'
  const { client } = await stage.createResource({ identifier: resource, scope: 'read', format: 'jwt' })
  const machine = await register(stage, {
    grant_types: ['client_credentials'],
    redirect_uris: [],
    allowed_resources: [resource],
  })
  const issued = await machine.call('/oauth/token', { grant_type: 'client_credentials', resource })
  const token = String(issued.json()['access_token'])
  const headers = basic(client.client_id, client.client_secret ?? '')
  const introspect = () => stage.send({ to: '/oauth/introspect', form: { token }, headers })
  for (let turn = 0; turn < 4; turn += 1)
    expect((await introspect()).json(), `${turn}`).to.include({ active: true })
  return {
    revoke: () => disableClient(stage.parts.db, machine.clientId, Date.now),
    expectRevoked: async () => {
      // Nothing else revokes such a token.
      if (!isMounted('status-list')) return
      for (let turn = 0; turn < 6; turn += 1)
        expect((await retry(introspect)).json(), `${turn}`).to.eql({ active: false })
    },
  }
}

/** Without the grant store: only the row says it. */
const disable = (stage: Stage, { id }: Account) =>
  updateAccount(stage.parts.db, { id }, { disabledAtMs: Date.now() })

const LOSSES: [string, () => Promise<Losing>][] = [
  ['and goes on from a snapshot', openSnapshots],
  ['in a failover to a replica that had not heard of them', openFailover],
]

for (const [how, open] of LOSSES)
  describe(`after Redis has lost changes of accounts and revocations ${how}`, () => {
    let redis: Losing
    let stage: Stage

    before(async () => {
      redis = await open()
      stage = await openOn(redis.dsn)
    })
    after(async () => {
      await stage.stop()
      await redis.end()
    })

    it('what it cached is not used a second after the change [S-5.29]', async () => {
      const [renamed, disabled] = [await stage.person(), await stage.person()]
      const tokens = [await known(stage, renamed), await known(stage, disabled)] as const
      const jwt = await knownJwt(stage)
      const changedAtMs = await redis.forgetting(async () => {
        await updateAccount(stage.parts.db, { id: renamed.id }, { name: 'New Name' })
        await disable(stage, disabled)
        await jwt.revoke()
        return performance.now()
      })
      await pause(Math.max(0, SECOND_MS - (performance.now() - changedAtMs)))
      await expectName(stage, tokens[0], 'New Name')
      for (let turn = 0; turn < 6; turn += 1)
        expect((await retry(() => userinfo(stage, tokens[1]))).status, `${turn}`).to.equal(401)
      await jwt.expectRevoked()
    })
  })

describe('changes of accounts and revocations while Redis does not answer', () => {
  it('are made within seconds, and seen when it goes on, frozen or killed', async () => {
    const redis = await startKillableRedis()
    const stage = await openOn(redis.url)
    try {
      const person = await stage.person()
      const token = await known(stage, person)
      const outages: [string, () => unknown, () => unknown][] = [
        ['Frozen', redis.freeze, redis.thaw],
        ['Killed', redis.kill, redis.start],
      ]
      for (const [name, begin, end] of outages) {
        await begin()
        const beganAtMs = performance.now()
        await updateAccount(stage.parts.db, { id: person.id }, { name })
        expect(performance.now() - beganAtMs, name).to.be.below(10 * SECOND_MS)
        await pause(SECOND_MS)
        await end()
        await expectName(stage, token, name)
      }
      const jwt = await knownJwt(stage)
      redis.freeze()
      await jwt.revoke()
      await pause(SECOND_MS)
      redis.thaw()
      await jwt.expectRevoked()
      await disable(stage, person)
      for (let turn = 0; turn < 4; turn += 1)
        expect((await userinfo(stage, token)).status, `disabled, ${turn}`).to.equal(401)
    } finally {
      await stage.stop()
      await redis.kill()
    }
  })
})
