import { expect } from 'chai'
import type { Provider } from 'oidc-provider'
import { createClient } from '../../../src/clients/clients.ts'
import { withEndings } from '../../../src/grant-store/endings.ts'
import { announceEndings } from '../../../src/protocol/logout/announced-endings.ts'
import { createBackchannelLogout } from '../../../src/protocol/logout/backchannel-logout.ts'
import { purgeAnnounced } from '../../../src/protocol/logout/logout-notice.ts'
import type { GrantStore, Root } from '../../../src/grant-store/grant-store.ts'
import { createSqlStore } from '../../../src/grant-store/sql-store.ts'
import { sessionKey, tagOf } from '../../../src/grant-store/token-ids.ts'
import { createOutbox } from '../../../src/outbox/outbox.ts'
import { DeliveryFailure } from '../../../src/outbox/sink.ts'
import { createSealer } from '../../../src/platform/tokens.ts'
import type { Db } from '../../../src/platform/sql/database.ts'
import { DATABASES } from '../../platform/change-feed-databases.ts'

const sealer = createSealer([Buffer.alloc(32, 7)])
const REDIRECT = 'https://app.example.com/callback'

for (const { name, open } of DATABASES)
  describe(`ends of sessions in the store, on ${name}`, function () {
    let db: Db
    let another: Db
    let close: () => Promise<unknown>
    let told: string
    let untold: string
    let nowMs = 1_800_000_000_000
    const clock = () => nowMs

    before(async () => {
      const database = await open()
      db = database.db
      another = name === 'SQLite' ? db : database.openAnother()
      close = () => database.drop()
      const app = { client_name: 'App', redirect_uris: [REDIRECT] }
      const uri = 'https://app.example.com/out'
      told = (await createClient(db, { ...app, backchannel_logout_uri: uri }, { clock, sealer })).client_id
      untold = (await createClient(db, app, { clock, sealer })).client_id
    })
    after(() => close())

    const storeOn = (sql: Db, changes: Partial<GrantStore> = {}) => {
      const store = { ...createSqlStore({ db: sql, clock }), ...changes }
      const announce = announceEndings({ db: sql, clock, outbox: createOutbox({ sealer, clock }) })
      return withEndings(store, [announce])
    }
    const messages = async () => {
      const rows: { id: string; topic: string; payload: string }[] = await db('outbox_messages').select(
        'id',
        'topic',
        'payload',
      )
      return rows.map(
        ({ id, topic, payload }) =>
          JSON.parse(sealer.open(payload, `outbox:${topic}:${id}`) ?? '') as { sid: string },
      )
    }
    const toldOf = async (sid: string) => (await messages()).filter((message) => message.sid === sid)

    async function session(uid: string): Promise<string> {
      const authorizations = { [told]: { sid: `${uid}-told` }, [untold]: { sid: `${uid}-untold` } }
      const payload = JSON.stringify({ uid, accountId: 'ada', authorizations })
      const root: Root = { digest: 'd', version: 'v'.repeat(16), payload }
      const key = sessionKey(tagOf(uid))
      await createSqlStore({ db, clock }).putRoot(key, root, nowMs + 60_000)
      return key
    }

    it('are announced once to each app that asked, however many processes end one together', async () => {
      const key = await session('one')
      const stores = [storeOn(db), storeOn(another)]
      await Promise.all(
        Array.from({ length: 10 }, (_, turn) => stores[turn % 2]!.destroyRoot(key, nowMs + 60_000)),
      )
      expect(await toldOf('one-told')).to.eql([{ clientId: told, accountId: 'ada', sid: 'one-told' }])
      expect(await toldOf('one-untold')).to.eql([])
    })

    it('are announced although the process dies before the session is gone', async () => {
      const key = await session('two')
      const dying = storeOn(db, { destroyRoot: () => Promise.reject(new Error('gone')) })
      const outcome = await dying.destroyRoot(key, nowMs + 60_000).catch((error: Error) => error)
      expect(outcome).to.be.an('error')
      expect(await toldOf('two-told')).to.have.length(1)
      await storeOn(db).destroyRoot(key, nowMs + 60_000)
      expect(await toldOf('two-told')).to.have.length(1)
    })

    it('reach an app that was signed in to after the list was read and before the session ended', async () => {
      const key = await session('three')
      const blind = storeOn(db, { readRoot: () => Promise.resolve(undefined) })
      await blind.destroyRoot(key, nowMs + 60_000)
      expect(await toldOf('three-told')).to.have.length(1)
    })

    it('are forgotten after a day', async () => {
      nowMs += 25 * 3_600_000
      expect(await purgeAnnounced(db, nowMs)).to.equal(3)
    })
  })

describe('a logout message', () => {
  const message = { id: 'm', topic: 'backchannel-logout', key: 'app', createdAtMs: 0 }
  const payload = { clientId: 'app', accountId: 'ada', sid: 's' }
  class IdToken {
    set() {}
    issue = () => Promise.resolve('a.logout.token')
  }

  const deliver = (
    attempt: number,
    answer: () => Promise<Response>,
    client: object | undefined = { backchannelLogoutUri: REDIRECT },
  ) => {
    const provider = { Client: { find: () => Promise.resolve(client) }, IdToken } as unknown as Provider
    const sink = createBackchannelLogout(() => Promise.resolve(provider), answer)
    return sink.deliver({ ...message, payload, attempt }).catch((error: unknown) => error)
  }
  const status = (code: number) => () => Promise.resolve(new Response(null, { status: code }))

  it('is tried again until the eighth time', async () => {
    for (const [attempt, permanent] of [
      [1, false],
      [7, false],
      [8, true],
    ] as const) {
      const failure = await deliver(attempt, status(503))
      expect(failure, `attempt ${attempt}`).to.be.instanceOf(DeliveryFailure)
      expect(failure, `attempt ${attempt}`).to.include({ permanent, reason: 'status_503' })
    }
  })

  it('has a reason without the address and the answer of the app', async () => {
    const secret = Object.assign(new Error('connect 10.1.2.3:443'), { code: 'ECONNREFUSED' })
    expect(await deliver(1, () => Promise.reject(secret))).to.include({ reason: 'ECONNREFUSED' })
    expect(await deliver(1, () => Promise.reject(new Error('a secret')))).to.include({ reason: 'no_answer' })
  })

  it('is dropped when the app is deleted, or takes no messages any more', async () => {
    const never = () => Promise.reject(new Error('asked'))
    expect(await deliver(1, never, {})).to.equal(undefined)
    const provider = { Client: { find: () => Promise.resolve(undefined) }, IdToken } as unknown as Provider
    const sink = createBackchannelLogout(() => Promise.resolve(provider), never)
    expect(await sink.deliver({ ...message, payload, attempt: 1 })).to.equal(undefined)
    for (const code of [200, 204]) expect(await deliver(1, status(code)), String(code)).to.equal(undefined)
  })
})
