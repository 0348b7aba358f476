import { expect } from 'chai'
import { auditTrailOf } from '../../support/audit-trail.ts'
import { updateAccount } from '../../../src/account-cache/changed-account.ts'
import { alter, DEVICE_GRANT, keyOf } from './device-code.ts'
import type { Issued } from './device-code.ts'
import { register, userinfo } from '../../provider/relying-party.ts'
import type { Party } from '../../provider/relying-party.ts'
import { PASSWORD, STAGES, until, waitInterval } from '../../provider/stage.ts'
import type { Stage } from '../../provider/stage.ts'
import type { Answer } from '../../provider/send.ts'
import type { Visited, Visitor } from '../../support/visitor.ts'

for (const { name, stage: open } of STAGES)
  describe(`device authorization grant, ${name}`, function () {
    let stage: Stage
    let tv: Party

    before(async () => {
      stage = await open()
      tv = await register(stage, {
        client_name: 'Living Room TV',
        redirect_uris: [],
        grant_types: [DEVICE_GRANT, 'refresh_token'],
        token_endpoint_auth_method: 'none',
        scope: 'openid email profile offline_access',
      })
    })

    const ask = (given: Record<string, string> = {}, headers: Record<string, string> = {}) =>
      stage.send({
        to: '/oauth/device',
        form: { client_id: tv.clientId, scope: 'openid email', ...given },
        headers: { 'user-agent': 'ExampleTV/4.1 (kitchen)', ...headers },
      })
    const begin = async (given: Record<string, string> = {}) => (await ask(given)).json() as Issued
    const poll = (deviceCode: string) =>
      tv.call('/oauth/token', { grant_type: DEVICE_GRANT, device_code: deviceCode })
    const errorOf = (answer: Answer) => answer.json()['error']
    const enter = async (visitor: Visitor, userCode: string) =>
      visitor.followForm(await visitor.get('/device'), { user_code: userCode })

    /** Lets the device ask again at once, as if the polling interval had gone by. */
    const rest = (deviceCode: string) => waitInterval(stage, keyOf(deviceCode))

    const signIn = (visitor: Visitor, email: string, page: Visited): Promise<Visited> =>
      visitor.followForm(page, { email, password: PASSWORD }, { action: '/sign-in' })

    async function signInAndAllow(visitor: Visitor, email: string, page: Visited): Promise<Visited> {
      const compare = await signIn(visitor, email, page)
      return visitor.followForm(compare, { decision: 'allow' }, { action: '/consent' })
    }

    it('connects a device: code entered in any spelling, signed in, compared and allowed at once [S-1.45]', async () => {
      const person = await stage.person()
      const issued = await begin()
      expect(issued.user_code).to.match(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/)
      expect(issued).to.include({
        verification_uri: `${stage.issuer}/device`,
        verification_uri_complete: `${stage.issuer}/device?user_code=${issued.user_code}`,
        expires_in: 600,
        interval: 5,
      })
      expect(errorOf(await poll(issued.device_code))).to.equal('authorization_pending')
      const visitor = stage.visitor()
      const spelled = issued.user_code.toLowerCase().replace('-', ' – ')
      const entered = await enter(visitor, spelled)
      expect(entered.heading).to.contain('Sign in')
      const compare = await signIn(visitor, person.email, entered)
      expect(compare.heading).to.equal('Connect this device?')
      expect(compare.text)
        .to.contain(issued.user_code)
        .and.contain('Living Room TV')
        .and.contain('ExampleTV/4.1 (kitchen)')
        .and.contain('See your email')
        .and.contain(person.email)
      await rest(issued.device_code)
      expect(errorOf(await poll(issued.device_code))).to.equal('authorization_pending')
      const done = await visitor.followForm(compare, { decision: 'allow' }, { action: '/consent' })
      expect(done.heading).to.equal('Device connected')
      expect((await visitor.get(done.url)).heading, 'after a reload').to.equal('Device connected')
      await rest(issued.device_code)
      const answer = await poll(issued.device_code)
      expect(answer.status).to.equal(200)
      expect(answer.json()).to.have.property('id_token')
      const claims = await userinfo(stage, String(answer.json()['access_token']))
      expect(claims.json()).to.include({ sub: person.id, email: person.email })
    })

    it('asks once for each device, also for the next one of the app', async () => {
      const { email } = await stage.person()
      const visitor = stage.visitor()
      const first = await begin({ scope: 'openid email offline_access' })
      await signInAndAllow(visitor, email, await enter(visitor, first.user_code))
      const tokens = (await poll(first.device_code)).json()
      expect(tokens['refresh_token']).to.be.a('string')
      const next = await begin({ scope: 'openid email offline_access' })
      const compare = await enter(visitor, next.user_code)
      expect(compare.heading).to.equal('Connect this device?')
      expect(compare.text).to.contain(email).and.contain(next.user_code)
      const done = await visitor.followForm(compare, { decision: 'allow' })
      expect(done.heading).to.equal('Device connected')
      expect((await poll(next.device_code)).status).to.equal(200)
    })

    const answers = async (accountId: string) =>
      (await auditTrailOf(stage.parts.db, accountId))
        .map(({ action }) => action)
        .filter((action) => action.startsWith('device.'))

    it('asks for an app of our own as well, which needs no consent', async () => {
      const { email, id } = await stage.person()
      const own = await register(stage, {
        redirect_uris: [],
        grant_types: [DEVICE_GRANT],
        token_endpoint_auth_method: 'none',
        scope: 'openid',
        first_party: true,
      })
      const issued = (await own.call('/oauth/device', { scope: 'openid' })).json() as Issued
      const visitor = stage.visitor()
      const compare = await signIn(visitor, email, await enter(visitor, issued.user_code))
      expect(compare.heading).to.equal('Connect this device?')
      expect(compare.text).to.contain(issued.user_code)
      const done = await visitor.followForm(compare, { decision: 'allow' }, { action: '/consent' })
      expect(done.heading).to.equal('Device connected')
      expect(await answers(id)).to.deep.equal(['device.approved'])
    })

    it('is refused for good by the person: at the sign-in, at the consent', async () => {
      const { email, id } = await stage.person()
      const ways: Record<string, (visitor: Visitor, entered: Visited) => Promise<Visited>> = {
        'sign-in': (visitor, entered) => visitor.followForm(entered, {}, { action: '/cancel' }),
        consent: async (visitor, entered) =>
          visitor.followForm(await signIn(visitor, email, entered), { decision: 'deny' }),
      }
      for (const [step, refuse] of Object.entries(ways)) {
        const issued = await begin()
        const visitor = stage.visitor()
        const end = await refuse(visitor, await enter(visitor, issued.user_code))
        expect(end.heading, step).to.equal('Device not connected')
        expect(errorOf(await poll(issued.device_code)), step).to.equal('access_denied')
        expect((await enter(stage.visitor(), issued.user_code)).text, step).to.contain('already answered')
      }
      expect(await answers(id)).to.deep.equal(['device.denied'])
    })

    it('slows a device down that asks too often, more with each time, and then lets it go on [S-1.47]', async () => {
      const { device_code: code } = await begin()
      expect(errorOf(await poll(code))).to.equal('authorization_pending')
      for (const waitMs of [10_000, 15_000]) {
        expect(errorOf(await poll(code)), `${waitMs} ms`).to.equal('slow_down')
        const root = await stage.parts.store.readRoot(`${keyOf(code)}:pace`)
        expect(JSON.parse(root!.payload), `${waitMs} ms`).to.include({ waitMs })
      }
      await rest(code)
      expect(errorOf(await poll(code))).to.equal('authorization_pending')
    })

    it('lets one of parallel first polls through', async () => {
      const { device_code: code } = await begin()
      const answers = await Promise.all(Array.from({ length: 10 }, () => poll(code)))
      const pending = answers.filter((answer) => errorOf(answer) === 'authorization_pending')
      expect(pending).to.have.length(1)
    })

    it('gives one token to parallel polls on two processes', async () => {
      const { email } = await stage.person()
      const issued = await begin()
      const visitor = stage.visitor()
      const entered = await enter(visitor, issued.user_code)
      await poll(issued.device_code)
      await signInAndAllow(visitor, email, entered)
      await rest(issued.device_code)
      const answers = await Promise.all(Array.from({ length: 20 }, () => poll(issued.device_code)))
      const won = answers.filter(({ status }) => status === 200)
      expect(won).to.have.length(1)
      const lost = answers.filter(({ status }) => status !== 200)
      for (const answer of lost)
        expect(errorOf(answer), answer.text).to.be.oneOf(['slow_down', 'invalid_grant'])
      const accessToken = String(won[0]!.json()['access_token'])
      expect((await userinfo(stage, accessToken)).status).to.equal(200)
      await rest(issued.device_code)
      expect(errorOf(await poll(issued.device_code))).to.equal('invalid_grant')
      expect((await userinfo(stage, accessToken)).status).to.equal(401)
    })

    it('belongs to its client', async () => {
      const other = await register(stage, {
        redirect_uris: [],
        grant_types: [DEVICE_GRANT],
        token_endpoint_auth_method: 'none',
        scope: 'openid',
      })
      const { device_code: code } = await begin()
      const stolen = await other.call('/oauth/token', { grant_type: DEVICE_GRANT, device_code: code })
      expect(errorOf(stolen)).to.equal('invalid_grant')
      expect(errorOf(await poll(code))).to.equal('authorization_pending')
      const web = await register(stage)
      expect(errorOf(await web.call('/oauth/device', { scope: 'openid' }))).to.equal('unauthorized_client')
    })

    it('refuses strangers who guess codes, by session and by network, and lets the right one through meanwhile [S-1.44]', async () => {
      const visitor = stage.visitor()
      for (let attempt = 0; attempt < 10; attempt += 1) {
        const wrong = await enter(visitor, 'BBBB-BBBB')
        expect(wrong.text, `attempt ${attempt}`).to.contain('There is no such code')
      }
      const { user_code: userCode } = await begin()
      const refused = await enter(visitor, userCode)
      expect(refused.text).to.contain('Too many wrong codes')
      expect((await enter(stage.visitor(), userCode)).heading).to.contain('Sign in')

      const network = '198.51.100.7'
      const guesses = await Promise.all(
        Array.from({ length: 60 }, () => enter(stage.visitor({ 'x-forwarded-for': network }), 'BBBB-BBBB')),
      )
      expect(guesses.filter(({ text }) => text.includes('There is no such code'))).to.have.length(40)
      expect(guesses.filter(({ text }) => text.includes('Too many wrong codes'))).to.have.length(20)
    })

    it('takes no form of another browser, and none without its secret', async () => {
      const { user_code: userCode, device_code: code } = await begin()
      const [one, other] = [stage.visitor(), stage.visitor()]
      const page = await one.get('/device')
      await other.get('/device')
      const xsrf = /name="xsrf" value="([^"]*)"/.exec(page.text)![1]!
      for (const form of [{ xsrf }, { xsrf: '' }, {}]) {
        const answer = await other.post('/device', { ...form, user_code: userCode, confirm: 'yes' } as Record<
          string,
          string
        >)
        expect(answer.heading, JSON.stringify(form)).to.equal('Connect a device')
      }
      expect(errorOf(await poll(code))).to.equal('authorization_pending')
      const stranger = await stage.visitor().post('/device', { user_code: userCode, confirm: 'yes' })
      expect([stranger.status, stranger.heading]).to.eql([200, 'Connect a device'])
      expect((await stage.visitor().get('/device/unknown')).heading).to.equal('Connect a device')
    })

    it('starts again where the person left it: page closed, page expired, form sent twice', async () => {
      const { email } = await stage.person()
      const issued = await begin()
      const visitor = stage.visitor()
      const left = await enter(visitor, issued.user_code)
      const again = stage.visitor()
      const lost = await again.get(left.url)
      expect(lost.heading, 'a browser without our cookies').to.equal('Your browser blocks cookies')
      const restarted = await visitor.get(left.url.pathname.replace(/[^/]+$/, 'gone') + left.url.search)
      expect(restarted.heading).to.equal('Sign in')
      const consent = await signIn(visitor, email, restarted)
      expect(consent.text).to.contain(issued.user_code)
      expect((await visitor.followForm(consent, { decision: 'allow' })).heading).to.equal('Device connected')
      expect((await visitor.followForm(consent, { decision: 'allow' })).heading).to.equal('Connect a device')
      expect((await poll(issued.device_code)).status).to.equal(200)
    })

    it('connects also when the person chose a new password on the way, but not when signed out since', async () => {
      const { email, id } = await stage.person()
      const [during, after] = [await begin(), await begin()]
      const endSessions = () => updateAccount(stage.parts.db, { id }, { sessionsValidFromMs: Date.now() })
      for (const { device_code: code } of [during, after]) await alter(stage, keyOf(code), { iat: -60 })
      await endSessions()
      for (const { user_code: userCode } of [during, after]) {
        const visitor = stage.visitor()
        await signInAndAllow(visitor, email, await enter(visitor, userCode))
      }
      expect((await poll(during.device_code)).status).to.equal(200)
      await alter(stage, keyOf(after.device_code), { authTime: -60 })
      expect(errorOf(await poll(after.device_code))).to.equal('invalid_grant')
    })

    it('answers expired_token once the code has run out, and knows it no more after that', async () => {
      const issued = await begin()
      await alter(stage, keyOf(issued.device_code), { exp: -660 })
      await until(async () => errorOf(await poll(issued.device_code)) === 'expired_token', 'it ran out')
      expect((await enter(stage.visitor(), issued.user_code)).text).to.contain('has expired')
      expect(errorOf(await poll(`dc_${'x'.repeat(43)}`))).to.equal('invalid_grant')
    })
  })
