import { expect } from 'chai'
import { unavailable } from '../../src/platform/errors.ts'
import type { GrantStore } from '../../src/grant-store/grant-store.ts'
import { newTokenId } from '../../src/grant-store/token-ids.ts'
import { openBrowser, post, redeem, refresh, serveProvider, WEB } from './provider-on-store.ts'
import type { Served } from './provider-on-store.ts'
import { REDIS_STORES } from './stores.ts'
import type { OpenStore } from './stores.ts'

for (const { name, open } of REDIS_STORES) {
  describe(`round trips to ${name}`, () => {
    let opened: OpenStore
    let served: Served
    let base: string

    before(async () => {
      opened = await open(Date.now)
      served = await serveProvider({ store: opened.store, clock: Date.now })
      base = served.base
      // The first call of each script sends its text as well.
      await signIn('public')
      await openBrowser().authorize(base, 'web')
    })
    after(async () => {
      await served.close()
      await opened.close()
    })

    async function signIn(clientId: string) {
      const { body } = await redeem(base, clientId, await openBrowser().authorize(base, clientId))
      return { accessToken: String(body.access_token), refreshToken: String(body.refresh_token) }
    }

    async function counted<T>(work: () => Promise<T>) {
      opened.roundTrips!.reset()
      const answer = await work()
      return { answer, roundTrips: opened.roundTrips!.roundTrips }
    }

    it('introspection takes one, for every kind of token', async () => {
      const { accessToken, refreshToken } = await signIn('web')
      const machine = await post(`${base}/token`, { grant_type: 'client_credentials', ...WEB })
      for (const token of [accessToken, refreshToken, String(machine.body.access_token)]) {
        const { answer, roundTrips } = await counted(() =>
          post(`${base}/token/introspection`, { token, ...WEB }),
        )
        expect(answer.body.active, token).to.equal(true)
        expect(roundTrips, token).to.equal(1)
      }
    })

    it('what cannot be a token takes none', async () => {
      for (const token of [
        'x',
        'at_short',
        `xx_${'a'.repeat(59)}`,
        `at_${'!'.repeat(59)}`,
        'a'.repeat(4000),
      ]) {
        const { answer, roundTrips } = await counted(() =>
          post(`${base}/token/introspection`, { token, ...WEB }),
        )
        expect(answer.body, token).to.deep.equal({ active: false })
        expect(roundTrips, token).to.equal(0)
      }
    })

    it('userinfo takes one', async () => {
      const { accessToken } = await signIn('public')
      const headers = { authorization: `Bearer ${accessToken}` }
      const { answer, roundTrips } = await counted(() => fetch(`${base}/me`, { headers }))
      expect(await answer.json()).to.deep.equal({ sub: 'alice' })
      expect(roundTrips).to.equal(1)
    })

    it('client_credentials takes one', async () => {
      const form = { grant_type: 'client_credentials', ...WEB }
      const { answer, roundTrips } = await counted(() => post(`${base}/token`, form))
      expect(answer.status).to.equal(200)
      expect(roundTrips).to.equal(1)
    })

    it('a code takes two', async () => {
      const authorized = await openBrowser().authorize(base, 'public')
      const { answer, roundTrips } = await counted(() => redeem(base, 'public', authorized))
      expect(answer.status).to.equal(200)
      expect(roundTrips).to.equal(2)
    })

    it('a refresh takes two, with rotation and without', async () => {
      const rotated = await signIn('public')
      const rotation = await counted(() => refresh(base, rotated.refreshToken))
      expect([rotation.answer.status, rotation.roundTrips]).to.deep.equal([200, 2])
      const kept = await signIn('web')
      const renewal = await counted(() => refresh(base, kept.refreshToken, WEB))
      expect([renewal.answer.status, renewal.roundTrips]).to.deep.equal([200, 2])
    })

    it('a revocation takes three, however often the library asks for it', async () => {
      const { refreshToken: token } = await signIn('web')
      const { answer, roundTrips } = await counted(() => post(`${base}/token/revocation`, { token, ...WEB }))
      expect([answer.status, roundTrips, opened.roundTrips!.commands]).to.deep.equal([200, 3, 3])
    })

    it('single sign-on takes three', async () => {
      const browser = openBrowser()
      await browser.authorize(base, 'public')
      const { answer, roundTrips } = await counted(() =>
        browser.authorize(base, 'public', { prompt: 'none' }),
      )
      expect(answer.code).not.to.equal('')
      expect(roundTrips).to.equal(3)
    })
  })
}

describe('a grant store that does not answer', () => {
  const failing = new Proxy({} as GrantStore, {
    get: () => async () => {
      throw unavailable(new Error('down'))
    },
  })
  let served: Served

  before(async () => {
    served = await serveProvider({ store: failing, clock: Date.now })
  })
  after(() => served.close())

  it('gives 503 with Retry-After where a token is looked up, never an inactive token', async () => {
    const token = newTokenId('AccessToken', 'grant')
    const { status, headers, body } = await post(`${served.base}/token/introspection`, { token, ...WEB })
    expect([status, body.error]).to.deep.equal([503, 'temporarily_unavailable'])
    expect(headers.get('retry-after')).to.equal('2')
  })

  it('gives 503 where a code is redeemed, never invalid_grant', async () => {
    const code = newTokenId('AuthorizationCode', 'grant')
    const { status } = await redeem(served.base, 'public', {
      code,
      verifier: 'v'.repeat(43),
      error: undefined,
    })
    expect(status).to.equal(503)
  })

  it('gives a 503 page at the authorization endpoint, never a redirect', async () => {
    const browser = openBrowser()
    const query = new URLSearchParams({
      client_id: 'public',
      response_type: 'code',
      scope: 'openid',
      code_challenge: 'c'.repeat(43),
      code_challenge_method: 'S256',
      redirect_uri: 'https://app.example/callback',
    })
    const response = await browser.get(`${served.base}/auth?${query}`)
    expect(response.status).to.equal(503)
    expect(response.headers.get('location')).to.equal(null)
  })
})
