import { expect } from 'chai'
import { openBrowser, post, serveProvider, WEB } from './provider-on-store.ts'
import type { Served } from './provider-on-store.ts'
import { STORES } from './stores.ts'
import type { OpenStore } from './stores.ts'

const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code'

for (const { name, open } of STORES)
  describe(`records sealed with an older secret, on ${name}`, function () {
    let opened: OpenStore
    let earlier: Served
    let later: Served
    let stranger: Served

    before(async () => {
      opened = await open(Date.now)
      const serve = (...secrets: [string, ...string[]]) =>
        serveProvider({ store: opened.store, clock: Date.now, secrets })
      earlier = await serve('old secret')
      later = await serve('new secret', 'old secret')
      stranger = await serve('new secret')
    })
    after(async () => {
      await Promise.all([earlier, later, stranger].map(({ close }) => close()))
      await opened.close()
    })

    it('are found by the user code that a device shows, and saved again', async () => {
      const device = await post(`${earlier.base}/device/auth`, { scope: 'openid', ...WEB })
      const { device_code: deviceCode, user_code: userCode } = device.body
      const plain = String(userCode).replace('-', '')
      expect(await stranger.provider.DeviceCode.findByUserCode(plain)).to.equal(undefined)
      const found = await later.provider.DeviceCode.findByUserCode(plain)
      expect(found?.userCode).to.equal(plain)
      Object.assign(found!, { error: 'access_denied', errorDescription: 'no' })
      await found!.save()
      const form = { grant_type: DEVICE_GRANT, device_code: String(deviceCode), ...WEB }
      expect((await post(`${later.base}/token`, form)).body.error).to.equal('access_denied')
    })

    it('are found under the handle in a page from before the change of secrets', async () => {
      const device = await post(`${earlier.base}/device/auth`, { scope: 'openid', ...WEB })
      const plain = String(device.body.user_code).replace('-', '')
      const handle = (await earlier.provider.DeviceCode.findByUserCode(plain))!.jti
      expect((await later.provider.DeviceCode.find(handle))?.userCode).to.equal(plain)
      expect(await stranger.provider.DeviceCode.find(handle)).to.equal(undefined)
    })

    it('are the sign-in page that somebody has open', async () => {
      type NewInteraction = new (
        uid: string,
        payload: object,
      ) => { save: (seconds: number) => Promise<unknown> }
      const Interaction = earlier.provider.Interaction as unknown as NewInteraction
      const session = { accountId: 'someone' }
      const prompt = { name: 'login', reasons: [], details: {} }
      const page = new Interaction('open-page', {
        prompt,
        session,
        params: { client_id: 'web' },
        returnTo: `${earlier.base}/auth/open-page`,
      })
      await page.save(3600)
      expect(await stranger.provider.Interaction.find('open-page')).to.equal(undefined)
      expect((await later.provider.Interaction.find('open-page'))?.params).to.include({ client_id: 'web' })
    })

    it('are the sessions of people, who stay signed in', async () => {
      const browser = openBrowser()
      await browser.authorize(earlier.base, 'web')
      const { code } = await browser.authorize(later.base, 'web', { prompt: 'none' })
      expect(code).to.be.a('string')
    })
  })
