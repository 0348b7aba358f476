import { expect } from 'chai'
import { unavailable } from '../../src/platform/errors.ts'
import type { GrantStore } from '../../src/grant-store/grant-store.ts'
import { openBrowser, post, redeem, REDIRECT_URI, serveProvider, WEB } from './provider-on-store.ts'
import type { Browser, Served } from './provider-on-store.ts'
import { STORES } from './stores.ts'
import type { OpenStore } from './stores.ts'

const MANY = 24
const VERIFIER = 'v'.repeat(43)
const CHALLENGE = '7w_YNF9DSfIdPf_pRjSq646_kPr-2-o9NAl16JGghdM'

for (const { name, open } of STORES) {
  describe(`requests of one browser at once on ${name}`, function () {
    let opened: OpenStore
    let served: Served[]
    const failing = { writes: 0 }

    before(async () => {
      opened = await open(Date.now)
      const store = failNext(opened.store, failing)
      served = await Promise.all(
        [store, ...Array.from({ length: 7 }, opened.openAnother)].map((one) =>
          serveProvider({ store: one, clock: Date.now }),
        ),
      )
    })
    after(async () => {
      for (const one of served) await one.close()
      await opened.close()
    })

    const base = (turn = 0) => served[turn % served.length]!.base
    const copyOf = (browser: Browser) => openBrowser(new Map(browser.cookies))

    async function signedIn() {
      const browser = openBrowser()
      await browser.authorize(base(), 'public')
      await browser.authorize(base(), 'web')
      return browser
    }

    async function pushed(): Promise<string> {
      const form = {
        redirect_uri: REDIRECT_URI,
        response_type: 'code',
        scope: 'openid api:read',
        code_challenge: CHALLENGE,
        code_challenge_method: 'S256',
        ...WEB,
      }
      const { status, body } = await post(`${base()}/request`, form)
      expect(status, JSON.stringify(body)).to.equal(201)
      return `/auth?${new URLSearchParams({ client_id: 'web', request_uri: String(body.request_uri) })}`
    }

    const codeIn = (answer: Response) =>
      URL.parse(answer.headers.get('location') ?? '')?.searchParams.get('code')

    for (const [how, processes] of [
      ['one process', 1],
      ['two processes', 2],
      ['eight processes', 8],
    ] as const)
      it(`are all answered by ${how}, and each authorises what it asked for [S-2.37]`, async () => {
        const browser = await signedIn()
        const answers = await Promise.all(
          Array.from({ length: MANY }, (_, turn) =>
            copyOf(browser).authorize(base(turn % processes), turn % 3 ? 'web' : 'public', {
              prompt: 'none',
            }),
          ),
        )
        expect(answers.filter(({ code }) => code === '')).to.deep.equal([])
        const redeemed = await Promise.all(
          answers.map((answer, turn) => redeem(base(turn), turn % 3 ? 'web' : 'public', answer)),
        )
        expect(redeemed.filter(({ status }) => status !== 200)).to.deep.equal([])
      })

    it('use a pushed request up once', async () => {
      const browser = await signedIn()
      const path = await pushed()
      const answers = await Promise.all(
        Array.from({ length: MANY }, (_, turn) => copyOf(browser).get(`${base(turn)}${path}`)),
      )
      expect(answers.filter(codeIn)).to.have.length(1)
      expect(new Set(answers.map(({ status }) => status))).to.deep.equal(new Set([303]))
    })

    it('do not use a pushed request up when they fail: its address gives the code afterwards [S-1.30]', async () => {
      const browser = await signedIn()
      const path = await pushed()
      failing.writes = 1
      const failed = await copyOf(browser).get(`${base()}${path}`)
      expect([failed.status, failed.headers.get('location')]).to.deep.equal([503, null])
      expect(await failed.text()).not.to.contain('code=')
      const repeated = await copyOf(browser).get(`${base()}${path}`)
      const code = codeIn(repeated)
      expect(code, String(repeated.status)).to.be.a('string')
      expect(codeIn(await copyOf(browser).get(`${base()}${path}`))).to.equal(null)
      const { status } = await redeem(base(), 'web', { code: code!, verifier: VERIFIER, error: undefined })
      expect(status).to.equal(200)
    })

    it('can still return from a page after they failed', async () => {
      const browser = openBrowser()
      const path = await pushed()
      const page = await browser.get(`${base()}${path}`)
      const answered = await browser.get(`${base()}${page.headers.get('location')}`)
      const { pathname } = new URL(answered.headers.get('location')!)
      failing.writes = 1
      expect((await copyOf(browser).get(`${base()}${pathname}`)).status).to.equal(503)
      const again = await browser.get(`${base()}${pathname}`)
      const consent = await browser.get(`${base()}${again.headers.get('location')}`)
      const last = new URL(consent.headers.get('location')!).pathname
      failing.writes = 1
      expect((await copyOf(browser).get(`${base()}${last}`)).status).to.equal(503)
      expect(codeIn(await browser.get(`${base()}${last}`))).to.be.a('string')
    })

    it('keep an authorisation from the same moment in which our own page extends the session', async () => {
      const browser = openBrowser()
      await browser.authorize(base(), 'public')
      const { Session } = served[0]!.provider
      const onOurPage = (await Session.find(browser.cookies.get('_session')!))!
      await copyOf(browser).authorize(base(), 'public', { prompt: 'none' })
      const root = () => opened.store.readRoot(`{${onOurPage.jti.slice(-16)}}:session`)
      const authorized = JSON.parse((await root())!.payload) as { authorizations: object }
      Object.assign(onOurPage, { authorizations: {} })
      await onOurPage.persist()
      expect(JSON.parse((await root())!.payload)).to.deep.include({
        authorizations: authorized.authorizations,
      })
    })
  })
}

/** A store that fails a given number of the next writes of a session. */
function failNext(store: GrantStore, failing: { writes: number }): GrantStore {
  return {
    ...store,
    async putRoot(key, ...rest) {
      if (failing.writes > 0 && key.endsWith(':session')) {
        failing.writes -= 1
        throw unavailable(new Error('away for a moment'))
      }
      return store.putRoot(key, ...rest)
    },
  }
}
