import { expect } from 'chai'
import { decodeJwt, exportJWK, generateKeyPair, SignJWT } from 'jose'
import { timesAudited } from '../../support/audit-trail.ts'
import type { Account } from '../../../src/accounts/account.ts'
import { LEVELS } from '../../../src/accounts/levels.ts'
import { createProver } from '../../provider/binding/prover.ts'
import { challengeOf, userinfo, VERIFIER } from '../../provider/relying-party.ts'
import type { Fields, Tokens } from '../../provider/relying-party.ts'
import { PASSWORD, STAGES } from '../../provider/stage.ts'
import type { Stage } from '../../provider/stage.ts'
import { registerApp } from './first-party-app.ts'
import type { Challenged, FirstPartyApp } from './first-party-app.ts'

const [PASSWORD_LEVEL, , PHISHING_RESISTANT] = LEVELS
const ASKED = { scope: 'openid email', code_challenge: challengeOf(VERIFIER), code_challenge_method: 'S256' }

for (const { name, stage: open } of STAGES)
  describe(`a request at the authorization challenge endpoint, on two processes with ${name}`, function () {
    let stage: Stage
    let app: FirstPartyApp
    let person: Account

    before(async () => {
      stage = await open()
      app = await registerApp(stage)
      person = await stage.person()
    })

    const right = () => ({ username: person.email, password: PASSWORD })
    const claimsFor = async (fields: Fields, by = app) =>
      decodeJwt((await by.signIn(person, fields)).id_token)
    const refusal = async (fields: Fields, by = app) => {
      const answer = await by.begin({ ...right(), ...fields })
      const { error, error_description } = answer.json()
      expect(error_description, JSON.stringify(fields)).to.be.a('string')
      return [answer.status, error]
    }

    it('is answered with the level and the time that were asked for', async () => {
      const { acr, auth_time } = await claimsFor({ acr_values: PASSWORD_LEVEL, max_age: '600' })
      expect(acr).to.equal(PASSWORD_LEVEL)
      expect(auth_time).to.be.closeTo(Date.now() / 1000, 30)
      expect(await claimsFor({ max_age: '0' }), 'always a fresh sign-in').to.have.property('auth_time')
      expect(await claimsFor({})).not.to.have.any.keys('auth_time', 'acr')
      const essential = JSON.stringify({ id_token: { acr: { essential: true, value: PASSWORD_LEVEL } } })
      expect(await claimsFor({ claims: essential })).to.include({ acr: PASSWORD_LEVEL })
      const byDefault = await registerApp(stage, {
        default_acr_values: [PASSWORD_LEVEL],
        default_max_age: 600,
        require_auth_time: true,
      })
      expect(await claimsFor({}, byDefault))
        .to.include.keys('auth_time')
        .and.include({ acr: PASSWORD_LEVEL })
    })

    it('that no sign-in can meet is refused before a password is looked at', async () => {
      const essential = JSON.stringify({ id_token: { acr: { essential: true, value: 'urn:other' } } })
      for (const password of [PASSWORD, 'wrong'])
        expect(await refusal({ claims: essential, password }), password).to.eql([
          400,
          'unmet_authentication_requirements',
        ])
    })

    it('that a passkey alone can meet goes on in the browser, before a password is looked at', async () => {
      for (const password of [PASSWORD, 'wrong'])
        expect(await refusal({ acr_values: PHISHING_RESISTANT, password }), password).to.eql([
          403,
          'redirect_to_web',
        ])
    })

    it('gets the claims that it names', async () => {
      const claims = JSON.stringify({ userinfo: { email_verified: null }, id_token: { email: null } })
      const tokens = await app.signIn(person, { scope: 'openid', claims })
      expect(decodeJwt(tokens.id_token)).to.include({ email: person.email })
      expect((await userinfo(stage, tokens.access_token)).json()).to.include({ email_verified: true })
    })

    it('is answered only for the account of its id_token_hint', async () => {
      const { id_token: hint } = await app.signIn(person)
      expect((await app.begin({ ...right(), id_token_hint: hint })).status).to.equal(200)
      const other = await stage.person()
      const answer = await app.begin({ username: other.email, password: PASSWORD, id_token_hint: hint })
      expect([answer.status, answer.json()['error']]).to.eql([400, 'login_required'])
    })

    const BENT: [string, Fields, string][] = [
      ['another response type', { response_type: 'token' }, 'unsupported_response_type'],
      ['a max_age that is no number', { max_age: 'soon' }, 'invalid_request'],
      ['claims that are no JSON', { claims: 'email' }, 'invalid_request'],
      ['an unknown prompt', { prompt: 'dance' }, 'invalid_request'],
      ['prompt=none', { prompt: 'none' }, 'login_required'],
      ['max_age without openid', { scope: 'email', max_age: '5' }, 'invalid_request'],
      ['a scope with a quote', { scope: 'openid "' }, 'invalid_scope'],
      ['an id_token_hint that is none', { id_token_hint: 'a.b.c' }, 'invalid_request'],
      ['a redirect address of somebody else', { redirect_uri: 'https://e.example/' }, 'invalid_request'],
      ['details of no type', { authorization_details: '[{"type":"x"}]' }, 'invalid_authorization_details'],
      [
        'a request_uri that nobody pushed',
        { request_uri: 'urn:ietf:params:oauth:request_uri:x' },
        'invalid_request_uri',
      ],
      ['a request_uri of the web', { request_uri: 'https://e.example/r' }, 'request_uri_not_supported'],
      ['a request object that is none', { request: 'x' }, 'invalid_request_object'],
    ]
    for (const [what, fields, error] of BENT)
      it(`with ${what} is refused`, async () => {
        expect(await refusal(fields)).to.eql([400, error])
      })

    it('keeps the parameters of the first step, and ignores those of later ones', async () => {
      const asked = { scope: 'openid', nonce: 'first', max_age: '600' }
      const { auth_session } = (await app.begin(asked)).json() as Challenged
      const later = { scope: 'openid email offline_access', nonce: 'second', prompt: 'create', max_age: 'x' }
      const claims = JSON.stringify({ id_token: { email: null } })
      const answer = await app.challenge({ auth_session, ...right(), ...later, claims })
      expect(answer.status, answer.text).to.equal(200)
      const tokens = (await app.redeem((answer.json() as Challenged).authorization_code)).json() as Tokens
      expect(tokens.scope).to.equal('openid')
      const told = decodeJwt(tokens.id_token)
      expect(told).to.include({ nonce: 'first' }).and.include.keys('auth_time')
      expect(told).not.to.have.property('email')
    })

    it('may name its redirect address, and then does so with the code', async () => {
      const { redirectUri: redirect_uri } = app
      const code = async () =>
        ((await app.begin({ ...right(), redirect_uri })).json() as Challenged).authorization_code
      expect((await app.redeem(await code(), { redirect_uri })).status).to.equal(200)
      expect((await app.redeem(await code())).status).to.equal(400)
    })

    it('needs no client_id beside its auth_session, and no other may be named', async () => {
      const { auth_session } = (await app.begin()).json() as Challenged
      const form = { auth_session, ...right() }
      const to = '/oauth/authorize-challenge'
      const other = await registerApp(stage)
      const named = await stage.send({ to, form: { ...form, client_id: other.clientId } })
      expect(named.json()).to.include({ error: 'invalid_session' })
      expect((await stage.send({ to, form })).status).to.equal(200)
      expect((await stage.send({ to, form })).json()).to.include({ error: 'invalid_session' })
      const secret = await registerApp(stage, {
        token_endpoint_auth_method: 'client_secret_basic',
        application_type: 'web',
        redirect_uris: ['https://app.example.com/callback'],
      })
      const confidential = (await secret.begin()).json() as Challenged
      const stolen = await stage.send({ to, form: { ...form, auth_session: confidential.auth_session } })
      expect([stolen.status, stolen.json()['error']]).to.eql([401, 'invalid_client'])
    })

    it('may begin with a login_hint, and then needs the password alone', async () => {
      const { auth_session } = (await app.begin({ login_hint: person.email })).json() as Challenged
      const answer = await app.challenge({ auth_session, password: PASSWORD })
      expect(answer.status, answer.text).to.equal(200)
    })

    it('that was pushed is taken once, from the client that pushed it', async () => {
      const pushing = await registerApp(stage, { require_pushed_authorization_requests: true })
      const push = async (fields: Fields = {}) => {
        const all = { ...ASKED, response_type: 'code', redirect_uri: pushing.redirectUri, ...fields }
        const answer = await pushing.call('/oauth/par', all)
        expect(answer.status, answer.text).to.equal(201)
        return String(answer.json()['request_uri'])
      }
      const send = (fields: Fields, by = pushing) => by.challenge({ ...right(), ...fields })
      const request_uri = await push({ nonce: 'pushed' })
      expect((await send({ request_uri }, app)).json()).to.include({ error: 'invalid_request_object' })
      const answer = await send({ request_uri, nonce: 'beside' })
      expect(answer.status, answer.text).to.equal(200)
      const code = (answer.json() as Challenged).authorization_code
      const redeemed = await pushing.redeem(code, { redirect_uri: pushing.redirectUri })
      expect(decodeJwt((redeemed.json() as Tokens).id_token)).to.include({ nonce: 'pushed' })
      expect((await send({ request_uri })).json()).to.include({ error: 'invalid_request_uri' })
      // A wrong password uses it up as well: what follows is in the auth_session.
      const second = await push()
      const wrong = (await send({ request_uri: second, password: 'wrong' })).json() as Challenged
      expect((await send({ request_uri: second })).json()).to.include({ error: 'invalid_request_uri' })
      const { auth_session } = wrong
      expect((await pushing.challenge({ auth_session, ...right() })).status).to.equal(200)
    })

    it('that was pushed is taken once, also of several at a time', async () => {
      const pushed = await app.call('/oauth/par', {
        ...ASKED,
        response_type: 'code',
        redirect_uri: app.redirectUri,
      })
      const request_uri = String(pushed.json()['request_uri'])
      const answers = await Promise.all(
        Array.from({ length: 6 }, () => app.challenge({ request_uri, ...right() })),
      )
      expect(answers.filter(({ status }) => status === 200)).to.have.length.at.most(1)
      for (const { status, text } of answers) expect(status, text).to.be.oneOf([200, 400, 503])
    })

    it('may be signed', async () => {
      const { privateKey, publicKey } = await generateKeyPair('ES256')
      const key = { ...(await exportJWK(publicKey)), kty: 'EC' as const, kid: 'k', use: 'sig', alg: 'ES256' }
      const signing = await registerApp(stage, { jwks: { keys: [key] } })
      const request = await new SignJWT({ ...ASKED, client_id: signing.clientId, nonce: 'signed' })
        .setProtectedHeader({ alg: 'ES256', kid: 'k' })
        .setIssuer(signing.clientId)
        .setAudience(stage.issuer)
        .setIssuedAt()
        .setExpirationTime('2m')
        .sign(privateKey)
      const answer = await signing.challenge({ request, ...right(), nonce: 'beside' })
      expect(answer.status, answer.text).to.equal(200)
      const { authorization_code: code } = answer.json() as Challenged
      const tokens = (await signing.redeem(code)).json() as Tokens
      expect(decodeJwt(tokens.id_token)).to.include({ nonce: 'signed' })
      const bent = await signing.challenge({ request: `${request.slice(0, -3)}AAA`, ...right() })
      expect(bent.json()).to.include({ error: 'invalid_request_object' })
    })

    it('may bind its code to a key by naming it', async () => {
      const [key, other] = [await createProver(), await createProver()]
      const answer = await app.begin({ ...right(), dpop_jkt: key.thumbprint })
      const { authorization_code: code } = answer.json() as Challenged
      const to = `${stage.issuer}/oauth/token`
      const shown: Record<string, string>[] = [{}, { DPoP: await other.prove({ url: to }) }]
      for (const headers of shown)
        expect((await app.redeem(code, {}, headers)).json(), JSON.stringify(headers)).to.include({
          error: 'invalid_grant',
        })
      expect((await app.redeem(code, {}, { DPoP: await key.prove({ url: to }) })).status).to.equal(200)
      const proof = { DPoP: await other.prove({ url: `${stage.issuer}/oauth/authorize-challenge` }) }
      const mixed = await app.begin({ ...right(), dpop_jkt: key.thumbprint }, proof)
      expect(mixed.json()).to.include({ error: 'invalid_request' })
    })

    it('lets nobody guess in parallel with one auth_session', async () => {
      const victim = await stage.person()
      const { auth_session } = (await app.begin()).json() as Challenged
      const guess = (index: number) =>
        app.challenge({ auth_session, username: victim.email, password: `guess ${index}` })
      const answers = await Promise.all(Array.from({ length: 12 }, (_, index) => guess(index)))
      const went = answers.filter(({ status }) => status === 403)
      expect(went.length).to.be.at.most(1)
      for (const answer of answers.filter(({ status }) => status === 400))
        expect(answer.json(), answer.text).to.include({ error: 'invalid_session' })
      // Each of them counts towards the account's pause all the same.
      const failed = { accountId: victim.id, action: 'sign_in.failed' }
      expect(await timesAudited(stage.parts.db, failed)).to.be.above(1)
    })
  })
