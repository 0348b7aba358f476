import { expect } from 'chai'
import { endSession, revokeGrant } from '../../src/grant-store/revocation.ts'
import { newVersion } from '../../src/provider/records/session-records.ts'
import { grantKey, sessionKey, tagOf } from '../../src/grant-store/token-ids.ts'
import { holdFirst } from './held-store.ts'
import { isActive, openBrowser, redeem, serveProvider } from './provider-on-store.ts'
import type { Browser, Served } from './provider-on-store.ts'
import { STORES } from './stores.ts'
import type { OpenStore } from './stores.ts'
import { altered } from '../support/altered.ts'

const SECOND = 1000
const SILENT = { prompt: 'none' }

for (const { name, open } of STORES) {
  describe(`sessions on ${name}`, function () {
    let opened: OpenStore
    let served: Served
    let base: string
    let aheadMs = 0
    const clock = () => Date.now() + aheadMs

    before(async () => {
      opened = await open(clock)
      served = await serveProvider({ store: opened.store, clock })
      base = served.base
    })
    beforeEach(() => {
      aheadMs = 0
    })
    after(async () => {
      await served.close()
      await opened.close()
    })

    const copyOf = (browser: Browser) => openBrowser(new Map(browser.cookies))
    const sessionId = (browser: Browser) => browser.cookies.get('_session') ?? ''
    const isSignedIn = async (browser: Browser) =>
      (await copyOf(browser).authorize(base, 'public', SILENT)).error === undefined

    async function signedIn() {
      const browser = openBrowser()
      await browser.authorize(base, 'public')
      return browser
    }

    it('keeps the person signed in from one request to the next', async () => {
      const browser = await signedIn()
      expect(sessionId(browser)).to.match(/^[\w-]{59}$/)
      expect(await isSignedIn(browser)).to.equal(true)
      expect((await copyOf(browser).authorize(base, 'web', SILENT)).error).to.equal('consent_required')
    })

    it('accepts the id before a rename for ten seconds, and hands a parallel tab the current one', async () => {
      const browser = await signedIn()
      const otherTab = copyOf(browser)
      const lateTab = copyOf(browser)
      await browser.authorize(base, 'web')
      expect(sessionId(browser)).not.to.equal(sessionId(otherTab))
      expect((await otherTab.authorize(base, 'public', SILENT)).error).to.equal(undefined)
      expect(sessionId(otherTab)).to.equal(sessionId(browser))
      aheadMs = 11 * SECOND
      expect(await isSignedIn(lateTab)).to.equal(false)
      expect(await isSignedIn(browser)).to.equal(true)
    })

    it('ends the id from before a sign-in at once', async () => {
      const browser = await signedIn()
      const before = copyOf(browser)
      await pauseToNextSecond()
      await browser.authorize(base, 'public', { prompt: 'login' })
      expect(sessionId(browser)).not.to.equal(sessionId(before))
      expect(await isSignedIn(before)).to.equal(false)
      expect(await isSignedIn(browser)).to.equal(true)
    })

    /** Runs `meanwhile` between what a request reads of its session and what it writes. */
    async function interleave(slow: (base: string) => Promise<unknown>, meanwhile: () => Promise<unknown>) {
      const held = holdFirst(opened.store, 'putRoot')
      const other = await serveProvider({ store: held.store, clock })
      const running = slow(other.base)
      await held.reached
      await meanwhile()
      held.release()
      await running
      await other.close()
    }

    it('keeps what two tabs authorise at the same time', async () => {
      const browser = await signedIn()
      const { payload } = await sessionRoot(browser)
      const tab = copyOf(browser)
      await interleave(
        (slowBase) => tab.authorize(slowBase, 'public', SILENT),
        () => browser.authorize(base, 'web'),
      )
      expect(await isSignedIn(tab)).to.equal(true)
      const ended = await endSession({ store: opened.store, clock }, String(payload.uid))
      expect(ended.every(({ grantId, sid }) => grantId && sid)).to.equal(true)
      expect(ended.map(({ clientId }) => clientId).toSorted()).to.deep.equal(['public', 'web'])
    })

    it('does not let a request from before a sign-in restore the earlier state', async () => {
      const browser = await signedIn()
      const tab = copyOf(browser)
      await pauseToNextSecond()
      let afterSignIn: unknown
      await interleave(
        (slowBase) => tab.authorize(slowBase, 'public', SILENT),
        async () => {
          await browser.authorize(base, 'public', { prompt: 'login' })
          afterSignIn = (await sessionRoot(browser)).root
        },
      )
      expect((await sessionRoot(browser)).root).to.deep.equal(afterSignIn)
      expect(await isSignedIn(tab)).to.equal(false)
    })

    it('does not bring back a session that was ended while a request was under way', async () => {
      const browser = await signedIn()
      const { payload } = await sessionRoot(browser)
      const { Session } = served.provider
      const underWay = (await Session.find(sessionId(browser)))!
      const byUid = (await Session.findByUid(String(payload.uid)))!
      expect(byUid.jti).to.match(/^~/)
      await endSession({ store: opened.store, clock }, String(payload.uid))
      await underWay.persist()
      await byUid.persist()
      expect(await Session.find(sessionId(browser))).to.equal(undefined)
      expect(await Session.findByUid(String(payload.uid))).to.equal(undefined)
      expect(await isSignedIn(browser)).to.equal(false)
    })

    it('saves a session found by its uid without changing its id', async () => {
      const browser = await signedIn()
      const { payload } = await sessionRoot(browser)
      const byUid = (await served.provider.Session.findByUid(String(payload.uid)))!
      const before = (await sessionRoot(browser)).root
      await byUid.persist()
      const after = (await sessionRoot(browser)).root
      expect(after.version).not.to.equal(before.version)
      expect([after.digest, after.sealedId]).to.deep.equal([before.digest, before.sealedId])
      expect(await isSignedIn(browser)).to.equal(true)
      const forged = altered(byUid.jti)
      for (const id of [byUid.jti, forged]) {
        expect(await served.provider.Session.find(id), id).to.equal(undefined)
      }
    })

    it('does not bring back a revoked grant, and ends what it gave', async () => {
      const browser = openBrowser()
      const { body } = await redeem(base, 'public', await browser.authorize(base, 'public'))
      const { payload } = await sessionRoot(browser)
      const { grantId = '' } = payload.authorizations?.public ?? {}
      const grant = (await served.provider.Grant.find(grantId))!
      await revokeGrant({ store: opened.store, clock }, grantId)
      await grant.save()
      expect(await served.provider.Grant.find(grantId)).to.equal(undefined)
      expect(await served.provider.AccessToken.find(String(body.access_token))).to.equal(undefined)
      expect(await isActive(base, body.access_token)).to.equal(false)
    })

    it('does not confuse the records of two ids with the same tag', async () => {
      const root = {
        digest: 'of another',
        version: newVersion(),
        payload: JSON.stringify({ uid: 'another' }),
      }
      const untilMs = clock() + 60 * SECOND
      await opened.store.putRoot(sessionKey(tagOf('this')), root, untilMs)
      await opened.store.putRoot(grantKey(tagOf('this')), root, untilMs)
      expect(await served.provider.Session.findByUid('this')).to.equal(undefined)
      expect(await served.provider.Grant.find('this')).to.equal(undefined)
    })

    it('keeps a session that nobody signed in to for ten minutes only', async () => {
      const Session = served.provider.Session as unknown as { instantiate: (payload: object) => Anonymous }
      const anonymous = Session.instantiate({})
      await anonymous.save(86_400)
      const found = (await opened.dump()).find(({ value }) => value.includes(anonymous.uid))
      expect(found?.expiresInMs).to.be.within(9 * 60 * SECOND, 10 * 60 * SECOND)
    })

    it('does not let a session found by its uid undo a sign-in since', async () => {
      const browser = await signedIn()
      const { payload } = await sessionRoot(browser)
      const byUid = (await served.provider.Session.findByUid(String(payload.uid)))!
      await pauseToNextSecond()
      await browser.authorize(base, 'public', { prompt: 'login' })
      const after = await sessionRoot(browser)
      await byUid.persist()
      expect((await sessionRoot(browser)).root).to.deep.equal(after.root)
    })

    async function sessionRoot(browser: Browser) {
      const key = `{${sessionId(browser).slice(-16)}}:session`
      const root = (await opened.store.readRoot(key))!
      return { root, payload: JSON.parse(root.payload) as Payload }
    }
  })
}

type Payload = { uid?: string; authorizations?: Record<string, { grantId?: string }> }

type Anonymous = { uid: string; save: (ttlSeconds: number) => Promise<string> }

/** The library counts sign-ins in whole seconds. */
async function pauseToNextSecond(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  setTimeout(resolve, SECOND - (Date.now() % SECOND) + 5)
  await promise
}
