import { expect } from 'chai'
import { locate } from '../../src/grant-store/token-ids.ts'
import { MINUTE_MS } from '../../src/platform/clock.ts'
import { openBrowser, post, REDIRECT_URI, serveProvider, WEB } from './provider-on-store.ts'
import type { Browser, Served } from './provider-on-store.ts'
import { STORES } from './stores.ts'
import type { OpenStore } from './stores.ts'

const LONG_STATE = 's'.repeat(6000)

for (const { name, open } of STORES.slice(0, 2))
  describe(`a pushed request kept on ${name}`, function () {
    let aheadMs = 0
    let opened: OpenStore
    let served: Served
    const clock = () => Date.now() + aheadMs

    before(async () => {
      opened = await open(clock)
      served = await serveProvider({ store: opened.store, clock })
    })
    beforeEach(() => {
      aheadMs = 0
    })
    after(async () => {
      await served.close()
      await opened.close()
    })

    async function push() {
      const form = {
        redirect_uri: REDIRECT_URI,
        response_type: 'code',
        scope: 'openid',
        code_challenge: 'c'.repeat(43),
        code_challenge_method: 'S256',
        state: LONG_STATE,
        ...WEB,
      }
      const { body } = await post(`${served.base}/request`, form)
      const requestUri = String(body.request_uri)
      const { key } = locate('PushedAuthorizationRequest', requestUri.split(':').at(-1)!)!
      return { key, path: `/auth?${new URLSearchParams({ client_id: 'web', request_uri: requestUri })}` }
    }

    /** Answers the address of the page that the request opens. */
    async function openPage(browser: Browser, path: string): Promise<string> {
      const location = (await browser.get(`${served.base}${path}`)).headers.get('location') ?? ''
      expect(location).to.match(/^\/interaction\//)
      return location
    }

    /** Signs in and consents; the parameters that the app gets. */
    async function finish(browser: Browser, page: string): Promise<URLSearchParams> {
      let location = page
      for (let hop = 0; !location.startsWith(REDIRECT_URI) && hop < 6; hop += 1) {
        const { pathname, search } = new URL(location, served.base)
        location = (await browser.get(`${served.base}${pathname}${search}`)).headers.get('location') ?? ''
      }
      return new URL(location).searchParams
    }

    const keptOf = async (key: string) =>
      (await opened.dump()).filter((entry) => entry.key.startsWith(key) && entry.expiresInMs > 0)

    it('leaves nothing behind once its minute is over and nobody has opened it [S-4.14]', async () => {
      const { key, path } = await push()
      expect((await keptOf(key)).some(({ value }) => value.length > LONG_STATE.length)).to.equal(true)
      aheadMs = MINUTE_MS + 1000
      expect(await keptOf(key)).to.deep.equal([])
      expect((await openBrowser().get(`${served.base}${path}`)).headers.get('location')).to.contain(
        'error=invalid_request_uri',
      )
    })

    it('keeps a small mark for the page that it opened, and gives it one code [S-4.15]', async () => {
      const { key, path } = await push()
      const [one, two] = [openBrowser(), openBrowser()]
      const [first, second] = [await openPage(one, path), await openPage(two, path)]
      aheadMs = 5 * MINUTE_MS
      const kept = await keptOf(key)
      expect(kept.map(({ value }) => value.length < 600)).to.deep.equal([true])
      expect((await openBrowser().get(`${served.base}${path}`)).headers.get('location')).to.contain(
        'error=invalid_request_uri',
      )
      expect((await finish(one, first)).get('code')).to.be.a('string')
      const late = await finish(two, second)
      expect([late.get('code'), late.get('error')]).to.deep.equal([null, 'invalid_request_uri'])
    })

    it('counts as used where its mark is gone while the page was open', async () => {
      const { key, path } = await push()
      const browser = openBrowser()
      const page = await openPage(browser, path)
      await opened.store.remove(key)
      await opened.store.remove(`${key}:body`)
      const answer = await finish(browser, page)
      expect([answer.get('code'), answer.get('error')]).to.deep.equal([null, 'invalid_request_uri'])
    })
  })
