import { expect } from 'chai'
import { Redis } from 'ioredis'
import type { CloudEvent } from '../../src/events/events.ts'
import { createCaller } from '../api/caller.ts'
import { send } from '../provider/send.ts'
import type { Answer, Sent } from '../provider/send.ts'
import { openStage } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'

const STREAM = 'account-events'
const CHANGES = 10
const WITHIN_MS = 60_000

describe('a consumer that reads back at once, from another process than the one that changed', function () {
  let stage: Stage
  let redis: Redis
  let from = '$'

  before(async () => {
    stage = await openStage({
      store: 'mariadb+redis',
      separate: true,
      env: { ACCOUNT_SERVER_EVENT_STREAM: STREAM },
    })
    redis = new Redis(stage.redisUrl ?? '')
  })
  after(async () => {
    redis?.disconnect()
    await stage?.stop()
  })

  /** To one of the two server processes, past the proxy. */
  const at = (process: 0 | 1, { headers, ...sent }: Sent): Promise<Answer> =>
    send(`http://127.0.0.1:${stage.processes[process]!.port}`, {
      ...sent,
      headers: { host: new URL(stage.issuer).host, ...headers },
    })

  /** The next event of this type and subject, as soon as it is in the stream. */
  async function event(type: string, subject: string): Promise<CloudEvent> {
    for (const untilMs = Date.now() + WITHIN_MS; Date.now() < untilMs;) {
      const read = await redis.xread('COUNT', 1, 'BLOCK', 1000, 'STREAMS', STREAM, from)
      const [id, fields] = read?.[0]?.[1][0] ?? []
      if (id === undefined || fields === undefined) continue
      from = id
      const found = JSON.parse(fields.at(-1) ?? '') as CloudEvent
      if (found.type === type && found.subject === subject) return found
    }
    throw new Error(`no ${type} came`)
  }

  async function person() {
    const api = await createCaller(stage, ['accounts:read', 'accounts:manage'])
    const app = api.party
    const { account } = await stage.createAccount({ name: 'Before' })
    const { access_token: token } = await app.tokensFor(account)
    const own = { authorization: `Bearer ${await api.ownToken()}`, 'content-type': 'application/json' }
    const path = `/api/v1/accounts/${account.id}`
    return {
      id: account.id,
      change: (method: string, more = '', body?: object) =>
        at(0, { method, to: `${path}${more}`, headers: own, ...(body && { body: JSON.stringify(body) }) }),
      userinfo: (process: 0 | 1) =>
        at(process, { to: '/oauth/userinfo', headers: { authorization: `Bearer ${token}` } }),
      introspect: () => at(1, { to: '/oauth/introspect', form: { token }, headers: app.auth }),
      read: () => at(1, { to: path, headers: own }),
    }
  }

  it('sees a changed name in userinfo and in the API, again and again', async () => {
    from = '0'
    const ada = await person()
    for (let turn = 1; turn <= CHANGES; turn += 1) {
      // The other process has the old state cached.
      expect((await ada.userinfo(1)).status, `before ${turn}`).to.equal(200)
      const name = `Ada ${turn}`
      expect((await ada.change('PATCH', '', { name })).status, name).to.equal(200)
      const { data } = await event('account.changed', ada.id)
      expect(data['account'], name).to.include({ name })
      const [userinfo, read] = await Promise.all([ada.userinfo(1), ada.read()])
      expect(userinfo.json(), `userinfo ${turn}`).to.include({ name })
      expect(read.json(), `API ${turn}`).to.include({ name })
    }
  })

  it('sees that a disabled account has no access', async () => {
    const ada = await person()
    expect((await ada.introspect()).json()).to.include({ active: true })
    expect((await ada.userinfo(1)).status).to.equal(200)
    expect((await ada.change('POST', '/disable')).status).to.equal(200)
    await event('account.disabled', ada.id)
    const [userinfo, introspected, read] = await Promise.all([ada.userinfo(1), ada.introspect(), ada.read()])
    expect(userinfo.status).to.equal(401)
    expect(introspected.json()).to.deep.equal({ active: false })
    expect(read.json()).to.include({ disabled: true })
  })
})
