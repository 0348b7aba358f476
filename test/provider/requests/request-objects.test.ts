import { generateKeyPairSync } from 'node:crypto'
import { expect } from 'chai'
import { SignJWT, UnsecuredJWT } from 'jose'
import * as oidc from 'openid-client'
import type { Account } from '../../../src/accounts/account.ts'
import { discover } from '../../support/relying-party.ts'
import { CALLBACK, callbackOf, register, signIn } from '../relying-party.ts'
import type { Fields, Party } from '../relying-party.ts'
import { STAGES } from '../stage.ts'
import type { Stage } from '../stage.ts'

const pair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' })
const own = pair()
const jwks = { keys: [{ ...own.publicKey.export({ format: 'jwk' }), kid: 'k', use: 'sig', alg: 'ES256' }] }

for (const { name, stage: open } of STAGES)
  describe(`a signed authorization request (RFC 9101), on two processes with ${name}`, function () {
    let stage: Stage
    let app: Party
    let strict: Party
    let person: Account

    before(async () => {
      stage = await open()
      app = await register(stage, { jwks } as object)
      strict = await register(stage, { jwks, require_signed_request_object: true } as object)
      person = await stage.person()
    })

    type Bent = { claims?: Record<string, unknown>; key?: typeof own.privateKey | Uint8Array; alg?: string }
    function signed(
      party: Party,
      given: Fields,
      { claims = {}, key = own.privateKey, alg = 'ES256' }: Bent = {},
    ) {
      const url = new URL(party.authorizePath(given), 'http://server')
      const nowSeconds = Math.floor(Date.now() / 1000)
      const payload = {
        ...Object.fromEntries(url.searchParams),
        iss: party.clientId,
        aud: stage.issuer,
        exp: nowSeconds + 60,
        nbf: nowSeconds,
        ...claims,
      }
      if (alg === 'none') return new UnsecuredJWT(payload).encode()
      return new SignJWT(payload).setProtectedHeader({ alg, kid: 'k', typ: 'oauth-authz-req+jwt' }).sign(key)
    }
    const path = (party: Party, request: string, more: Record<string, string> = {}) =>
      `/oauth/authorize?${new URLSearchParams({ client_id: party.clientId, request, ...more })}`

    it('carries the whole request; parameters beside it are ignored', async () => {
      const request = await signed(app, { scope: 'openid', state: 'signed' })
      const more = { scope: 'openid email', state: 'other', redirect_uri: CALLBACK, response_type: 'code' }
      const url = await signIn(stage.visitor(), path(app, request, more), person)
      expect(url.searchParams.get('state')).to.equal('signed')
      const tokens = (await app.redeem(url.searchParams.get('code')!)).json()
      expect(tokens).to.include({ scope: 'openid' })
    })

    it('may be pushed, but does not have to be', async () => {
      const request = await signed(app, { scope: 'openid' })
      const pushed = await app.call('/oauth/par', { request })
      expect(pushed.status, pushed.text).to.equal(201)
      const requestUri = String(pushed.json()['request_uri'])
      const query = new URLSearchParams({ client_id: app.clientId, request_uri: requestUri })
      const url = await signIn(stage.visitor(), `/oauth/authorize?${query}`, person)
      expect(url.searchParams.get('code')).to.be.a('string')
    })

    it('is refused unsigned, under another key, by a secret, for another audience, expired, and of another client', async () => {
      const secret = new TextEncoder().encode(app.secret)
      const bent: [string, Bent][] = [
        ['unsigned', { alg: 'none' }],
        ['another key', { key: pair().privateKey }],
        ['a secret', { key: secret, alg: 'HS256' }],
        ['another audience', { claims: { aud: 'https://other.example' } }],
        ['another issuer', { claims: { iss: 'someone-else' } }],
        ['expired', { claims: { exp: 1_700_000_000 } }],
        ['not yet valid', { claims: { nbf: Math.floor(Date.now() / 1000) + 120 } }],
        ['another client', { claims: { client_id: strict.clientId } }],
        ['a request in a request', { claims: { request: 'x.y.z' } }],
      ]
      for (const [what, bend] of bent) {
        const answer = await stage.send({
          to: path(app, await signed(app, { scope: 'openid' }, bend), {
            redirect_uri: CALLBACK,
            response_type: 'code',
          }),
        })
        const error = answer.status === 400 ? answer.text : JSON.stringify(callbackOf(answer))
        expect(error, what).to.contain('invalid_request_object')
        expect(error, what).not.to.contain('code=')
      }
    })

    it('of a clock that is ahead is refused with the seconds, and how many are allowed', async () => {
      const ahead = (seconds: number) => Math.floor(Date.now() / 1000) + seconds
      const refusals: [claims: Record<string, unknown>, words: RegExp][] = [
        [{ nbf: ahead(40) }, /nbf is (3\d|40) seconds in the future, and 10 are allowed: check the clock/],
        [
          { iat: ahead(40), exp: undefined },
          /iat is (3\d|40) seconds in the future, and 10 are allowed: check the clock/,
        ],
      ]
      for (const [claims, words] of refusals) {
        const request = await signed(app, { scope: 'openid' }, { claims })
        expect(
          (await app.call('/oauth/par', { request })).json()['error_description'],
          String(words),
        ).to.match(words)
      }
      const near = await signed(app, { scope: 'openid' }, { claims: { nbf: ahead(8) } })
      expect((await app.call('/oauth/par', { request: near })).status).to.equal(201)
    })

    it('must be used by a client that requires it, and is not repeated unsigned when its page was lost', async () => {
      expect(callbackOf(await stage.send({ to: strict.authorizePath() }))).to.include({
        error: 'invalid_request',
      })
      const visitor = stage.visitor()
      const page = await visitor.get(path(strict, await signed(strict, {})))
      expect(page.heading).to.equal('Sign in')
      visitor.clearCookies()
      expect((await visitor.get(page.url)).status).to.equal(410)
    })

    it('works as openid-client sends it: signed, pushed, and answered with a signed response (JARM)', async () => {
      const config = await discover(stage.issuer, app.client)
      const verifier = oidc.randomPKCECodeVerifier()
      const key = await crypto.subtle.importKey(
        'jwk',
        own.privateKey.export({ format: 'jwk' }),
        { name: 'ECDSA', namedCurve: 'P-256' },
        true,
        ['sign'],
      )
      oidc.useJwtResponseMode(config)
      const state = oidc.randomState()
      const parameters = {
        redirect_uri: CALLBACK,
        scope: 'openid email',
        state,
        code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      }
      const request = await oidc.buildAuthorizationUrlWithJAR(config, parameters, { key, kid: 'k' })
      const plain = Object.fromEntries(request.searchParams)
      const pushed = await oidc.buildAuthorizationUrlWithPAR(config, plain)
      const returned = await signIn(stage.visitor(), pushed.href, person)
      expect([...returned.searchParams.keys()]).to.eql(['response'])
      const checks = { pkceCodeVerifier: verifier, expectedState: state, idTokenExpected: true }
      const tokens = await oidc.authorizationCodeGrant(config, returned, checks)
      expect(tokens.claims()?.sub).to.equal(person.id)
    })
  })
