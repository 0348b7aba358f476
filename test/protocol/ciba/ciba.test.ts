import { expect } from 'chai'
import { auditTrailOf } from '../../support/audit-trail.ts'
import { digest } from '../../../src/platform/tokens.ts'
import { register, userinfo } from '../../provider/relying-party.ts'
import type { Party } from '../../provider/relying-party.ts'
import {
  answer,
  CIBA_GRANT,
  errorOf,
  idOf,
  keyOf,
  registerAsker,
  requestsOf,
  rest,
  signedIn,
} from './asker.ts'
import { ageSessions } from '../../support/older-sign-ins.ts'
import { PASSWORD, STAGES, until } from '../../provider/stage.ts'
import type { Stage } from '../../provider/stage.ts'
import type { Answer } from '../../provider/send.ts'
import type { Visitor } from '../../support/visitor.ts'

for (const { name, stage: open } of STAGES)
  describe(`backchannel authentication, ${name}`, function () {
    let stage: Stage
    let bank: Party

    before(async () => {
      stage = await open()
      bank = await registerAsker(stage)
    })

    const ask = (given: Record<string, string>, party = bank) =>
      party.call('/oauth/backchannel', { scope: 'openid email', ...given })
    const poll = (id: string, party = bank) =>
      party.call('/oauth/token', { grant_type: CIBA_GRANT, auth_req_id: id })

    const trail = async (accountId: string) =>
      (await auditTrailOf(stage.parts.db, accountId)).map(({ action }) => action)

    it('waits for the person, who gets a mail, sees who asks for what, and allows it', async () => {
      const person = await stage.person()
      const asked = await ask({
        login_hint: person.email.toUpperCase(),
        binding_message: 'Transfer 4-7-1',
        acr_values: 'urn:account-server:acr:password',
      })
      expect(asked.status).to.equal(200)
      expect(asked.json()).to.include({ expires_in: 600, interval: 5 })
      const id = idOf(asked)
      expect(errorOf(await poll(id))).to.equal('authorization_pending')
      const mail = await stage.waitForMail(person.email, 'Corner Bank asks for access')
      expect(mail.text).to.contain(`${stage.issuer}/account/requests`).and.not.contain(id)

      const visitor = await signedIn(stage, person.email)
      const page = await requestsOf(visitor)
      expect(page.text).to.contain('Corner Bank').and.contain('Transfer 4-7-1').and.contain('See your email')
      expect(page.text).not.to.contain(id)
      const allowed = await answer(visitor, page, 'allow')
      expect(allowed.text).to.contain('Allowed.').and.contain('Nothing needs your answer')
      expect(await trail(person.id)).to.include.members(['ciba.approved', 'consent.given'])
      await rest(stage, id)
      const tokens = (await poll(id)).json()
      expect(tokens['id_token']).to.be.a('string')
      const claims = JSON.parse(
        Buffer.from(String(tokens['id_token']).split('.')[1]!, 'base64url').toString(),
      )
      expect(claims).to.include({
        sub: person.id,
        aud: bank.clientId,
        acr: 'urn:account-server:acr:password',
      })
      expect((await userinfo(stage, String(tokens['access_token']))).json()).to.include({
        email: person.email,
      })
      expect((await visitor.get('/account/apps')).text).to.contain('Corner Bank')
    })

    function sameSession(visitor: Visitor): Visitor {
      const window = stage.visitor()
      for (const { name, value, path } of visitor.cookies()) window.setCookie(name, value, path)
      return window
    }

    it('is refused for good when the person refuses, and answered once', async () => {
      const { email } = await stage.person()
      const id = idOf(await ask({ login_hint: email }))
      const visitor = await signedIn(stage, email)
      const page = await requestsOf(visitor)
      // Windows of one browser would show the notices of each other.
      const windows = [1, 2, 3, 4].map(() => sameSession(visitor))
      const answers = await Promise.all(windows.map((one) => answer(one, page, 'deny')))
      const effective = answers.filter(({ text }) => text.includes('Refused.'))
      const late = answers.filter(({ text }) => text.includes('You already refused this request'))
      expect([effective.length, late.length]).to.eql([1, 3])
      const denied = await stage.parts.db('audit_events').where({ action: 'ciba.denied' }).select('clientId')
      expect(denied).to.deep.equal([{ clientId: bank.client.client_id }])
      expect(errorOf(await poll(id))).to.equal('access_denied')
      expect((await answer(visitor, page, 'allow')).text).to.contain('You already refused this request')
      await rest(stage, id)
      expect(errorOf(await poll(id))).to.equal('access_denied')
    })

    it('is seen and answered by nobody else', async () => {
      const { email } = await stage.person()
      const id = idOf(await ask({ login_hint: email }))
      const stranger = await signedIn(stage, (await stage.person()).email)
      expect((await requestsOf(stranger)).text).to.contain('Nothing needs')
      const own = await signedIn(stage, email)
      const csrf = /name="_csrf" value="([^"]*)"/.exec((await stranger.get('/account')).text)![1]!
      const form = { _csrf: csrf, id: digest(id), decision: 'allow' }
      expect((await stranger.post('/account/requests', form)).text).to.contain('is no longer here')
      expect(errorOf(await poll(id))).to.equal('authorization_pending')
      expect((await requestsOf(own)).text).to.contain('Corner Bank')
      expect((await stage.visitor().get('/account/requests')).heading).to.equal('Sign in')
    })

    it('takes an answer only soon after a sign-in', async () => {
      const { email } = await stage.person()
      await ask({ login_hint: email })
      const visitor = await signedIn(stage, email)
      const page = await requestsOf(visitor)
      await ageSessions(stage)
      const tooLate = await answer(visitor, page, 'allow')
      expect(tooLate.heading).to.equal('Sign in')
      expect((await requestsOf(visitor)).text)
        .to.contain('sign in again')
        .and.not.contain('value="allow"')
      const again = await visitor.followForm(tooLate, { email, password: PASSWORD })
      expect(again.url.pathname).to.equal('/account/requests')
      const allowed = await answer(visitor, again, 'allow')
      expect(allowed.text).to.contain('Allowed.')
    })

    it('finds the person by an ID token, and says what it does not accept', async () => {
      const person = await stage.person()
      const first = idOf(await ask({ login_hint: person.email }))
      const visitor = await signedIn(stage, person.email)
      await answer(visitor, await requestsOf(visitor), 'allow')
      const hint = String((await poll(first)).json()['id_token'])
      expect((await ask({ id_token_hint: hint })).status).to.equal(200)

      const { email } = person
      const refused: [Record<string, string>, string, string][] = [
        [{ login_hint: 'nobody@example.org' }, 'unknown_user_id', ''],
        [{ login_hint: (await stage.person({ verified: false })).email }, 'unknown_user_id', ''],
        [{ login_hint: 'x', id_token_hint: hint }, 'invalid_request', 'only one'],
        [{}, 'invalid_request', 'login_hint'],
        [{ login_hint_token: 'x.y.z' }, 'invalid_request', 'not supported'],
        [{ id_token_hint: `${hint}x` }, 'invalid_request', 'id_token_hint'],
        [{ login_hint: email, user_code: '1234' }, 'invalid_request', 'leave it out'],
        [{ login_hint: email, requested_expiry: '-1' }, 'invalid_request', 'requested_expiry'],
        [{ login_hint: email, binding_message: 'see <https://evil.example>' }, 'invalid_binding_message', ''],
        [{ login_hint: email, binding_message: 'x'.repeat(65) }, 'invalid_binding_message', '64'],
        [{ login_hint: email, scope: 'email' }, 'invalid_request', 'openid'],
      ]
      for (const [given, error, words] of refused) {
        const answer = await ask(given)
        expect(answer.json()['error'], JSON.stringify(given)).to.equal(error)
        expect(String(answer.json()['error_description']), JSON.stringify(given)).to.contain(words)
      }
      const stranger = await stage.send({
        to: '/oauth/backchannel',
        form: { client_id: bank.clientId, scope: 'openid', login_hint: email },
      })
      expect([stranger.status, errorOf(stranger)]).to.eql([401, 'invalid_client'])
      const web = await register(stage)
      expect(errorOf(await ask({ login_hint: email }, web))).to.equal('unauthorized_client')
    })

    it('slows a client down that asks too often, and gives one token to parallel polls', async () => {
      const { email } = await stage.person()
      const id = idOf(await ask({ login_hint: email }))
      expect(errorOf(await poll(id))).to.equal('authorization_pending')
      for (const waitMs of [10_000, 15_000]) {
        expect(errorOf(await poll(id)), `${waitMs} ms`).to.equal('slow_down')
        const root = await stage.parts.store.readRoot(`${keyOf(id)}:pace`)
        expect(JSON.parse(root!.payload), `${waitMs} ms`).to.include({ waitMs })
      }
      const visitor = await signedIn(stage, email)
      await answer(visitor, await requestsOf(visitor), 'allow')
      await rest(stage, id)
      const answers = await Promise.all(Array.from({ length: 20 }, () => poll(id)))
      const won = answers.filter(({ status }) => status === 200)
      expect(won).to.have.length(1)
      const accessToken = String(won[0]!.json()['access_token'])
      expect((await userinfo(stage, accessToken)).status).to.equal(200)
      await rest(stage, id)
      expect(errorOf(await poll(id))).to.equal('invalid_grant')
    })

    it('runs out when the client says, and belongs to its client', async () => {
      const { email } = await stage.person()
      expect((await ask({ login_hint: email, requested_expiry: '90000' })).json()['expires_in']).to.equal(
        1800,
      )
      const asked = await ask({ login_hint: email, requested_expiry: '1' })
      expect(asked.json()['expires_in']).to.equal(1)
      const other = await register(stage, {
        client_name: 'Other Bank',
        redirect_uris: [],
        grant_types: [CIBA_GRANT],
        backchannel_token_delivery_mode: 'poll',
        scope: 'openid',
      })
      expect(errorOf(await poll(idOf(asked), other))).to.equal('invalid_grant')
      await until(async () => errorOf(await poll(idOf(asked))) === 'expired_token', 'it ran out')
      const visitor = await signedIn(stage, email)
      const ids = [...(await requestsOf(visitor)).text.matchAll(/name="id" value="([^"]*)"/g)].map(
        ([, id]) => id,
      )
      expect(ids)
        .to.have.length(1)
        .and.not.include(digest(idOf(asked)))
    })

    it('limits the mails and requests of one client to one person', async () => {
      const { email } = await stage.person()
      const answers: Answer[] = []
      for (let request = 0; request < 31; request += 1) answers.push(await ask({ login_hint: email }))
      expect(answers.map(({ status }) => status)).to.eql([...Array<number>(30).fill(200), 403])
      expect(answers.at(-1)!.json()['error']).to.equal('access_denied')
      expect(Number(answers.at(-1)!.headers['retry-after'])).to.be.above(0)
      await stage.waitForMail(email, 'asks for access')
      const mails = (await stage.mails()).filter(({ to }) => to.toLowerCase() === email.toLowerCase())
      expect(mails.length).to.be.within(1, 5)
    })

    it('is advertised in discovery with what it supports', async () => {
      const metadata = (await stage.send({ to: '/.well-known/openid-configuration' })).json()
      expect(metadata).to.deep.include({
        backchannel_authentication_endpoint: `${stage.issuer}/oauth/backchannel`,
        backchannel_token_delivery_modes_supported: ['poll', 'ping'],
        backchannel_user_code_parameter_supported: false,
      })
    })
  })
