import { expect } from 'chai'
import { decodeJwt } from 'jose'
import type { Account } from '../../../src/accounts/account.ts'
import { locate } from '../../../src/grant-store/token-ids.ts'
import { callbackOf } from '../../provider/relying-party.ts'
import type { Fields, Tokens } from '../../provider/relying-party.ts'
import { PASSWORD, STAGES, until } from '../../provider/stage.ts'
import type { Stage } from '../../provider/stage.ts'
import { registerApp } from './first-party-app.ts'
import type { FirstPartyApp } from './first-party-app.ts'

type Redirected = { error: string; error_description: string; request_uri?: string; expires_in?: number }

for (const { name, stage: open } of STAGES)
  describe(`what an app needs a browser for, on two processes with ${name}`, function () {
    const api = `https://details.challenge.example/${name.length}`
    const type = `note:${name.length}`
    const authorization_details = JSON.stringify([{ type, text: 'Remember the milk' }])
    let stage: Stage
    let app: FirstPartyApp
    let person: Account

    before(async () => {
      stage = await open()
      await stage.createResource({
        identifier: api,
        scope: 'notes',
        authorization_details_types: [{ type, title: 'Write a note', fields: { text: { label: 'Text' } } }],
      })
      app = await registerApp(stage, {
        allowed_resources: [api],
        authorization_details_types: [type],
      })
      person = await stage.person()
      await until(async () => {
        const metadata = await Promise.all(
          [1, 2].map(() => stage.send({ to: '/.well-known/openid-configuration' })),
        )
        return metadata.every(({ text }) => text.includes(type))
      }, 'every process knows the type')
    })

    const redirected = async (fields: Fields, by = app): Promise<Redirected> => {
      const answer = await by.begin(fields)
      expect(answer.status, answer.text).to.equal(403)
      expect(answer.headers['cache-control']).to.equal('no-store')
      const body = answer.json() as Redirected
      expect(body.error).to.equal('redirect_to_web')
      expect(body.error_description).to.contain('browser')
      return body
    }
    /** The address at which the app opens the browser. */
    const opened = (request_uri = '', by = app) =>
      `/oauth/authorize?${new URLSearchParams({ client_id: by.clientId, request_uri })}`
    const signInAt = async (path: string) => {
      const visitor = stage.visitor()
      const fields = { email: person.email, password: PASSWORD }
      const page = await visitor.get(path)
      return { visitor, answer: await visitor.followForm(page, fields, { action: '/sign-in' }) }
    }

    const NEEDED: [string, Fields][] = [
      ['registering', { prompt: 'create' }],
      ['choosing an account', { prompt: 'select_account' }],
      ['giving consent', { prompt: 'login consent' }],
      ['allowing something in detail', { scope: 'openid notes', authorization_details }],
    ]
    for (const [what, fields] of NEEDED)
      it(`is ${what}: nobody is asked for a password, and the request is kept for the browser`, async () => {
        const { request_uri, expires_in } = await redirected(fields)
        expect(request_uri).to.match(/^urn:ietf:params:oauth:request_uri:/)
        expect(expires_in).to.be.within(50, 60)
        const page = await stage.visitor().get(opened(request_uri))
        expect(page.status, page.text).to.equal(200)
      })

    it('is finished in the browser, with everything that was asked for', async () => {
      const { request_uri } = await redirected({
        scope: 'openid notes',
        authorization_details,
        state: 'kept',
        nonce: 'kept as well',
        username: person.email,
        password: PASSWORD,
      })
      const { visitor, answer } = await signInAt(opened(request_uri))
      expect(answer.text).to.contain('Remember the milk')
      const done = await visitor.followForm(answer, { decision: 'allow' }, { action: '/consent' })
      const { code = '', state, iss } = callbackOf(done)
      expect({ state, iss }).to.eql({ state: 'kept', iss: stage.issuer })
      const redeemed = await app.redeem(code, { redirect_uri: app.redirectUri, resource: api })
      expect(redeemed.status, redeemed.text).to.equal(200)
      const tokens = redeemed.json() as Tokens & { authorization_details: unknown }
      expect(tokens.authorization_details).to.eql(JSON.parse(authorization_details))
      expect(decodeJwt(tokens.id_token)).to.include({ nonce: 'kept as well' })
      const again = await stage.visitor().get(opened(request_uri))
      expect(again.status, 'once').to.equal(400)
    })

    it('is confirming the address, which the answer says only after the right password', async () => {
      const { email } = await stage.person({ verified: false })
      const wrong = await app.begin({ username: email, password: 'wrong' })
      expect(wrong.json()).to.include({ error: 'insufficient_authorization' })
      const { request_uri, error_description } = await redirected({ username: email, password: PASSWORD })
      expect(error_description).to.contain('not confirmed')
      const page = await stage.visitor().get(opened(request_uri))
      expect(page.heading).to.equal('Sign in')
      expect(page.text, 'filled in').to.contain(`value="${email}"`)
    })

    it('is kept for the address that was named; where there are several and none was, the app asks anew', async () => {
      const redirect_uris = ['com.example.app:/one', 'com.example.app:/two']
      const several = await registerApp(stage, { redirect_uris })
      const anew = await redirected({ prompt: 'create' }, several)
      expect(anew).not.to.have.any.keys('request_uri', 'expires_in')
      const fields = { prompt: 'create', redirect_uri: redirect_uris[1] }
      const { request_uri } = await redirected(fields, several)
      const page = await stage.visitor().get(opened(request_uri, several))
      expect(page.status).to.equal(200)
    })

    it('is kept without the password, and only for this person', async () => {
      const { request_uri = '' } = await redirected({
        prompt: 'create',
        username: 'x',
        password: 'hunter-two',
      })
      const { key } = locate('PushedAuthorizationRequest', request_uri.split(':').at(-1) ?? '')!
      const { payload = '{}' } = await stage.parts.store.readToken(`${key}:body`)
      const { request } = JSON.parse(payload) as { request: string }
      expect(decodeJwt(request)).to.include({ prompt: 'create' })
      expect(decodeJwt(request)).not.to.have.any.keys('username', 'password', 'auth_session')
      expect(stage.log()).not.to.contain('hunter-two')
      const other = await registerApp(stage)
      const page = await stage.visitor().get(opened(request_uri, other))
      expect(page.status).to.equal(400)
    })

    describe('a page of the organisation', () => {
      const origin = 'https://app.browser.example'
      let spa: FirstPartyApp

      before(async () => {
        spa = await registerApp(stage, {
          application_type: 'web',
          redirect_uris: [`${origin}/callback`],
          cors_origins: [origin],
        })
      })

      it('may use the endpoint from the origins that it registered', async () => {
        const preflight = await stage.send({
          method: 'OPTIONS',
          to: '/oauth/authorize-challenge',
          headers: {
            origin,
            'access-control-request-method': 'POST',
            'access-control-request-headers': 'dpop',
          },
        })
        expect(preflight.status).to.equal(204)
        expect(preflight.headers).to.include({
          'access-control-allow-origin': origin,
          'access-control-allow-methods': 'POST',
          'access-control-allow-headers': 'dpop',
        })
        for (const password of [PASSWORD, 'wrong']) {
          const answer = await spa.begin({ username: person.email, password }, { origin })
          expect(answer.status, password).to.equal(password === PASSWORD ? 200 : 403)
          expect(answer.headers['access-control-allow-origin'], password).to.equal(origin)
          expect(answer.headers['access-control-expose-headers'], password).to.contain('DPoP-Nonce')
          expect(answer.headers, password).not.to.have.property('access-control-allow-credentials')
        }
      })

      it('may not from any other, nor in the name of an app that registered none', async () => {
        for (const [by, from] of [
          [spa, 'https://evil.example'],
          [spa, 'null'],
          [app, origin],
        ] as const) {
          const answer = await by.begin({ username: person.email, password: PASSWORD }, { origin: from })
          expect([answer.status, answer.json()['error']], from).to.eql([400, 'invalid_request'])
          expect(answer.headers, from).not.to.have.property('access-control-allow-origin')
        }
      })
    })
  })
