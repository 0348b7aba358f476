import { expect } from 'chai'
import { isActive, openBrowser, post, redeem, refresh, serveProvider, WEB } from './provider-on-store.ts'
import type { Served } from './provider-on-store.ts'
import { STORES } from './stores.ts'
import type { OpenStore } from './stores.ts'

const DAY_SECONDS = 86_400
const DAY_MS = DAY_SECONDS * 1000
const PUBLIC = { client_id: 'public' }

const LIFETIMES = {
  accessTokenExpireSeconds: 3600,
  refreshTokenExpireSeconds: 25 * 3600,
  offlineAccessIdleSeconds: 30 * DAY_SECONDS,
  offlineAccessAbsoluteSeconds: 365 * DAY_SECONDS,
  authorizationCodeExpireSeconds: 60,
  interactionExpireSeconds: 600,
  sessionIdleSeconds: 14 * DAY_SECONDS,
  sessionAbsoluteSeconds: 90 * DAY_SECONDS,
}

for (const { name, open } of STORES) {
  describe(`offline access on ${name}`, function () {
    const realNow = Date.now
    let daysLater = 0
    let opened: OpenStore
    let served: Served
    let base: string

    before(async () => {
      // The library reads this clock, and so does everything here.
      Date.now = () => realNow() + daysLater * DAY_MS
      const clock = () => Date.now()
      opened = await open(clock)
      served = await serveProvider({ store: opened.store, clock, lifetimes: LIFETIMES })
      base = served.base
    })
    beforeEach(() => {
      daysLater = 0
    })
    after(async () => {
      Date.now = realNow
      await served.close()
      await opened.close()
    })

    async function signIn(clientId: string, scope = 'openid offline_access') {
      const extra = { scope, ...(scope.includes('offline') && { prompt: 'consent' }) }
      const { status, body } = await redeem(
        base,
        clientId,
        await openBrowser().authorize(base, clientId, extra),
      )
      expect(status, JSON.stringify(body)).to.equal(200)
      return String(body.refresh_token)
    }

    /** Uses the token on each of these days; answers the one to use next, and the last status. */
    async function use(client: Record<string, string>, first: string, days: readonly number[]) {
      let [token, status] = [first, 0]
      for (const day of days) {
        daysLater = day
        const answer = await refresh(base, token, client)
        status = answer.status
        const { refresh_token: next } = answer.body
        if (typeof next === 'string') token = next
      }
      return { token, status }
    }

    const endOf = async (token: string) => {
      const { body } = await post(`${base}/token/introspection`, { token, ...WEB })
      return Math.round((Number(body.exp) - realNow() / 1000) / DAY_SECONDS)
    }

    for (const [kind, client] of [
      ['stays the same', WEB],
      ['is exchanged at each use', PUBLIC],
    ] as const)
      describe(`by a refresh token that ${kind}`, () => {
        it('lives on when it is used, and ends after 30 days without', async () => {
          const first = await signIn(client.client_id)
          expect(await endOf(first)).to.equal(30)
          const { token, status } = await use(client, first, [29])
          expect(status).to.equal(200)
          expect(await endOf(token)).to.equal(59)
          daysLater = 58
          expect(await isActive(base, token)).to.equal(true)
          daysLater = 60
          expect(await isActive(base, token)).to.equal(false)
          const late = await refresh(base, token, client)
          expect(late.body.error).to.equal('invalid_grant')
        })

        it('ends a year after it was granted, although it is used each week [S-1.66]', async () => {
          const weeks = Array.from({ length: 52 }, (_, index) => (index + 1) * 7)
          const { token, status } = await use(client, await signIn(client.client_id), weeks)
          expect(status).to.equal(200)
          expect(await endOf(token)).to.equal(365)
          expect((await use(client, token, [366])).status).to.equal(400)
        })

        it('does not prolong a refresh token without offline access', async () => {
          const first = await signIn(client.client_id, 'openid api:read')
          const { token, status } = await use(client, first, [0.9])
          expect(status).to.equal(200)
          expect((await use(client, token, [1.1])).status).to.equal(400)
        })
      })

    it('is written once a day at most while the token stays the same', async () => {
      const token = await signIn('web')
      const { status } = await use(WEB, token, [0.5, 0.9])
      expect(status).to.equal(200)
      expect(await endOf(token)).to.equal(30)
      await use(WEB, token, [1.1])
      expect(await endOf(token)).to.equal(31)
    })

    it('is not restored by a refresh during its revocation [S-1.67]', async () => {
      const token = await signIn('web')
      daysLater = 5
      const [, refreshed] = await Promise.all([
        post(`${base}/token/revocation`, { token, ...WEB }),
        refresh(base, token, WEB),
      ])
      expect(refreshed.status).to.be.oneOf([200, 400])
      expect(await isActive(base, token)).to.equal(false)
      expect((await refresh(base, token, WEB)).body.error).to.equal('invalid_grant')
    })

    it('gives the retry of an exchange the same successor, a month later as on the first day', async () => {
      const { token } = await use(PUBLIC, await signIn('public'), [28, 55])
      const [one, two] = [await refresh(base, token), await refresh(base, token)]
      expect(two.body.refresh_token).to.equal(one.body.refresh_token).and.not.equal(token)
    })

    if (!name.startsWith('Redis')) return

    it('is prolonged in the same two round trips as any refresh', async () => {
      const token = await signIn('web')
      daysLater = 5
      opened.roundTrips!.reset()
      expect((await refresh(base, token, WEB)).status).to.equal(200)
      expect(opened.roundTrips!.roundTrips).to.equal(2)
      expect(await endOf(token)).to.equal(35)
    })

    it('leaves no exchanged token in memory for longer than a week and an hour', async () => {
      const first = await signIn('public')
      await use(PUBLIC, first, [0])
      const tag = first.slice(-16)
      const kept = (await opened.dump()).filter(({ key }) => key.includes(tag) && key.includes(':rt:'))
      const days = kept.map(({ expiresInMs }) => Math.round(expiresInMs / DAY_MS)).toSorted((a, b) => a - b)
      expect(days, 'the exchanged one, its mark, its successor').to.eql([7, 7, 30])
      const mark = kept.find(({ key }) => key.endsWith(':used'))
      const record = kept.find(({ key, expiresInMs }) => key !== mark?.key && expiresInMs < 8 * DAY_MS)
      expect(mark!.expiresInMs).to.be.greaterThan(record!.expiresInMs)
    })
  })
}
