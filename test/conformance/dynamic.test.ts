import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import { decodeProtectedHeader, decodeJwt } from 'jose'
import { rotateSigningKeys } from '../../src/keys/signing-keys.ts'
import { returnOf } from '../provider/relying-party.ts'
import { until } from '../provider/stage.ts'
import { startDocumentHost } from '../protocol/registration/document-host.ts'
import type { DocumentHost } from '../protocol/registration/document-host.ts'
import { CALLBACK, makeKey, openSuite, play, userinfo } from './suite.ts'
import type { Section, Suite } from './suite.ts'

type PublishedKey = { kid: string; kty: string; use: string }

const PLAN = 'oidcc-dynamic-certification-test-plan'

describe('the Dynamic plan [C-dynamic]', function () {
  let suite: Suite
  let host: DocumentHost
  before(async () => {
    host = await startDocumentHost()
    suite = await openSuite(host.env)
  })
  after(async () => {
    await suite.stop()
    await host.stop()
  })

  /** GenerateRS256ClientJWKs, with keys that have no id, and GenerateRS256ClientJWKsWithKeyID. */
  function newKey(kid?: string) {
    const { privateKey, alg, jwk } = makeKey(kid ?? '', 'RS256')
    return { privateKey, alg, ...(kid && { kid }), jwk: { ...jwk, kid } }
  }

  /** OIDCCCreateDynamicClientRegistrationRequest, with the token of the seed. */
  async function register(given: Record<string, unknown> = {}, key = newKey()) {
    const { initial_access_token: token = '' } = suite.configuration(PLAN).client
    const body = JSON.stringify({
      client_name: 'Suite',
      redirect_uris: [CALLBACK],
      grant_types: ['authorization_code'],
      response_types: ['code'],
      token_endpoint_auth_method: 'private_key_jwt',
      contacts: ['certification@oidf.org'],
      jwks: given['jwks_uri'] ? undefined : { keys: [key.jwk] },
      ...given,
    })
    return suite.send({
      to: '/oauth/register',
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body,
    })
  }

  async function registered(given: Record<string, unknown> = {}, key = newKey()) {
    const answer = await register(given, key)
    expect(answer.status, answer.text).to.equal(201)
    expect(answer.headers['content-type']).to.match(/^application\/json/)
    const client = answer.json() as Section & Record<string, string>
    expect(client).to.include.keys('client_id', 'registration_client_uri', 'registration_access_token')
    return play(suite, { ...client, scope: 'openid' }, { key })
  }

  const publish = (key: ReturnType<typeof newKey>) => host.publish('/client1_jwks', { keys: [key.jwk] })

  it('oidcc-server: registers, signs in by private_key_jwt for the token endpoint, and unregisters', async () => {
    const app = await registered()
    const { tokens } = await app.flow()
    expect((await userinfo(suite, tokens.access_token)).status).to.equal(200)
    const { registration_client_uri: to, registration_access_token: token } = app.client as Section &
      Record<string, string>
    const removed = await suite.send({
      to: String(to),
      method: 'DELETE',
      headers: { authorization: `Bearer ${token}` },
    })
    expect(removed.status).to.equal(204)
  })

  it('oidcc-idtoken-rs256, oidcc-userinfo-rs256: signed as they were registered', async () => {
    const app = await registered({
      id_token_signed_response_alg: 'RS256',
      userinfo_signed_response_alg: 'RS256',
    })
    const { tokens, idToken } = await app.flow()
    expect(decodeProtectedHeader(tokens.id_token).alg).to.equal('RS256')
    const answer = await userinfo(suite, tokens.access_token)
    expect(answer.headers['content-type']).to.match(/^application\/jwt/)
    expect(decodeProtectedHeader(answer.text).alg).to.equal('RS256')
    expect(decodeJwt(answer.text)).to.include({
      sub: idToken.sub,
      iss: suite.issuer,
      aud: app.client.client_id,
    })
  })

  it('oidcc-idtoken-signature: RS256 where no algorithm is named', async () => {
    const { tokens } = await (await registered()).flow()
    expect(decodeProtectedHeader(tokens.id_token).alg).to.equal('RS256')
  })

  it('oidcc-idtoken-unsigned: refused at registration, as it is not on offer', async () => {
    const answer = await register({ id_token_signed_response_alg: 'none' })
    expect([answer.status, answer.json()['error']]).to.eql([400, 'invalid_client_metadata'])
  })

  it('oidcc-ensure-redirect-uri-in-authorization-request: an error page, although one alone is registered', async () => {
    const app = await registered()
    const page = await app.visitor.get(app.request({ redirect_uri: undefined }).path)
    expect([page.status, page.headers.get('location')]).to.eql([400, null])
  })

  it('oidcc-redirect-uri-query-OK: the query stays, and the answer is added to it', async () => {
    const redirect_uri = `${CALLBACK}?foo=bar`
    const app = await registered({ redirect_uris: [redirect_uri] })
    expect(await app.authorize({ redirect_uri }))
      .to.include({ foo: 'bar' })
      .and.have.property('code')
  })

  it('oidcc-redirect-uri-query-mismatch, oidcc-redirect-uri-query-added: an error page', async () => {
    const [one, other] = [
      await registered({ redirect_uris: [`${CALLBACK}?foo=bar`] }),
      await registered({ redirect_uris: [CALLBACK] }),
    ]
    for (const app of [one, other]) {
      const page = await app.visitor.get(app.request({ redirect_uri: `${CALLBACK}?foo=baz` }).path)
      expect([page.status, page.headers.get('location')], app.client.client_id).to.eql([400, null])
    }
  })

  it('oidcc-redirect-uri-regfrag: a redirect address with a fragment is refused', async () => {
    const answer = await register({ redirect_uris: [`${CALLBACK}#foobar`] })
    expect([answer.status, answer.json()['error']]).to.eql([400, 'invalid_redirect_uri'])
  })

  it('oidcc-registration-logo-uri, oidcc-registration-policy-uri, oidcc-registration-tos-uri: registered, and linked where consent is asked', async () => {
    const at = (path: string) => `https://www.certification.openid.net/${path}`
    const given = { logo_uri: at('logo.png'), policy_uri: at('policy.html'), tos_uri: at('tos.html') }
    const app = await registered(given)
    expect(app.client).to.deep.include(given)
    const page = await app.visitor.get(app.request().path)
    const { email, password } = suite.account
    const consent = await app.visitor.followForm(page, { email, password }, { action: '/sign-in' })
    expect(consent.text).to.contain(given.policy_uri).and.to.contain(given.tos_uri)
  })

  it('oidcc-registration-jwks-uri: keys fetched from the address', async () => {
    const key = newKey('rp-1')
    const app = await registered({ jwks_uri: publish(key) }, key)
    expect((await app.flow()).tokens).to.have.property('access_token')
    expect(host.asked).to.include('/client1_jwks')
  })

  const REFRESHING = { grant_types: ['authorization_code', 'refresh_token'] }
  const OFFLINE = { scope: 'openid offline_access', prompt: 'consent' }

  it('oidcc-refresh-token: an ID token of the same sign-in, and nothing for the other client', async () => {
    const [app, second] = [await registered(REFRESHING), await registered(REFRESHING)]
    const [first, other] = [await app.flow(OFFLINE), await second.flow(OFFLINE)]
    await pause(1100)
    const form = { grant_type: 'refresh_token', scope: OFFLINE.scope }
    const answer = await app.token({ ...form, refresh_token: first.tokens.refresh_token })
    expect(answer.status, answer.text).to.equal(200)
    const { id_token } = answer.json() as { id_token: string }
    const fresh = await suite.verify(id_token, app.client.client_id, first.idToken['nonce'] as string)
    const { sub, aud, auth_time } = first.idToken
    expect([fresh.sub, fresh.aud, fresh['auth_time']]).to.eql([sub, aud, auth_time])
    expect(fresh.iat).not.to.equal(first.idToken.iat)
    const stolen = await app.token({ ...form, refresh_token: other.tokens.refresh_token })
    expect([stolen.status, stolen.json()['error']]).to.eql([400, 'invalid_grant'])
  })

  it('oidcc-refresh-token-rp-key-rotation: a new key of the app counts as soon as it is published', async () => {
    const key = newKey('rp-1')
    const app = await registered({ ...REFRESHING, jwks_uri: publish(key) }, key)
    const { tokens } = await app.flow(OFFLINE)
    expect(tokens).to.have.property('refresh_token')
    const next = newKey('rp-2')
    publish(next)
    // The suite waits a minute first, for servers that ask less often.
    const refreshed = await play(suite, app.client, { key: next }).token({
      grant_type: 'refresh_token',
      refresh_token: tokens.refresh_token,
      scope: OFFLINE.scope,
    })
    expect(refreshed.status, refreshed.text).to.equal(200)
  })

  it('oidcc-registration-sector-uri: taken where the document names the address', async () => {
    const sector_identifier_uri = host.publish('/redirect_uris.json', [CALLBACK])
    const app = await registered({ subject_type: 'pairwise', sector_identifier_uri })
    expect(app.client).to.deep.include({ subject_type: 'pairwise', sector_identifier_uri })
    expect(host.asked).to.include('/redirect_uris.json')
  })

  it('oidcc-registration-sector-bad: invalid_client_metadata where the document names another', async () => {
    const sector_identifier_uri = host.publish('/redirect_uris.json', [`${CALLBACK}/other`])
    const answer = await register({ subject_type: 'pairwise', sector_identifier_uri })
    expect([answer.status, answer.json()['error']]).to.eql([400, 'invalid_client_metadata'])
    expect(answer.headers['content-type']).to.match(/^application\/json/)
  })

  it('oidcc-server-rotate-keys: a new key of a type that the module knows is published beside the old ones, each time', async () => {
    const published = async () => {
      const { keys: all } = (await suite.send({ to: '/oauth/jwks' })).json() as { keys: PublishedKey[] }
      return all.filter(({ use }) => use === 'sig')
    }
    for (const time of ['first', 'again']) {
      const before = (await published()).map(({ kid }) => kid)
      // As docs/conformance.md has it: the module fails at new keys that are neither RSA nor EC.
      await rotateSigningKeys(suite.parts.db, suite.parts, { now: true, alg: 'RS256' })
      await until(async () => (await published()).length > before.length, 'the new key is published')
      const after = await published()
      expect(
        after.map(({ kid }) => kid),
        time,
      ).to.include.members(before)
      const fresh = after.filter(({ kid }) => !before.includes(kid))
      expect(
        fresh.map(({ kty }) => kty),
        time,
      ).to.eql(['RSA'])
    }
  })

  it('oidcc-ensure-client-assertion-with-iss-aud-succeeds: the issuer counts as well as the token endpoint', async () => {
    const app = await registered()
    const { code = '' } = await app.authorize()
    const answer = await app.redeem(code, await app.assertion(suite.issuer))
    expect(answer.status, answer.text).to.equal(200)
  })

  it('oidcc-request-uri-unsigned, oidcc-request-uri-signed-rs256: refused by decision, before anything is fetched', async () => {
    const requestUri = host.publish('/request', {})
    const app = await registered({ request_uris: [requestUri] })
    const page = await app.visitor.get(app.request({ request_uri: requestUri }).path)
    expect(new URL(returnOf(page)).searchParams.get('error')).to.equal('request_uri_not_supported')
    expect(host.asked).not.to.include('/request')
  })
})
