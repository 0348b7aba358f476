import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { CryptoKey, JWK } from 'jose'
import type { ClientInput } from '../../src/clients/client-metadata.ts'
import { createProver } from '../provider/binding/prover.ts'
import { callbackOf } from '../provider/relying-party.ts'
import { formsOf } from '../support/visitor.ts'
import { givePicture } from '../pictures/samples.ts'
import { CALLBACK, openSuite, play, userinfo } from './suite.ts'
import type { Section, Suite } from './suite.ts'

const ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const API = 'https://api.example.com/'

describe('what discovery advertises', function () {
  let suite: Suite
  before(async () => {
    suite = await openSuite()
    await suite.createResource({ identifier: API, name: 'API', scope: 'read' })
  })
  after(() => suite.stop())

  const advertised = (name: string) => suite.metadata[name] as string[]
  const client = ({ token_endpoint_auth_method: method, ...input }: Partial<ClientInput>) =>
    suite.createClient({
      redirect_uris: [CALLBACK],
      // The requests of the suite have no code challenge.
      require_pkce: method === 'none',
      token_endpoint_auth_method: method,
      ...input,
    })
  const machine: Partial<ClientInput> = {
    grant_types: ['client_credentials'],
    redirect_uris: [],
    allowed_resources: [API],
    scope: 'read',
  }
  const credentials = { grant_type: 'client_credentials', resource: API, scope: 'read' }
  const jwksOf = (jwk: JWK) => ({ keys: [jwk] }) as ClientInput['jwks']

  async function keyFor(alg: string): Promise<{ privateKey: CryptoKey; jwk: JWK }> {
    const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
    return { privateKey, jwk: { ...(await exportJWK(publicKey)), alg, use: 'sig', kid: alg } }
  }

  const assertion = (clientId: string, alg: string, key: CryptoKey | Uint8Array) =>
    new SignJWT({ jti: randomUUID() })
      .setProtectedHeader({ alg })
      .setIssuer(clientId)
      .setSubject(clientId)
      .setAudience(suite.issuer)
      .setIssuedAt()
      .setExpirationTime('60s')
      .sign(key)

  it('are endpoints that all answer', async () => {
    const endpoints = Object.entries(suite.metadata).filter(([name]) => /_endpoint$|^jwks_uri$/.test(name))
    expect(endpoints).to.have.length.above(12)
    for (const [name, address] of endpoints) {
      const asked = [
        await suite.send({ to: String(address) }),
        await suite.send({ to: String(address), form: {} }),
      ]
      expect(
        asked.some(({ status }) => status !== 404 && status !== 405 && status < 500),
        name,
      ).to.equal(true)
    }
  })

  it('are grant types that the token endpoint knows, and it knows no others [S-1.8]', async () => {
    const app = await client({ grant_types: advertised('grant_types_supported') as never, ...cibaFields })
    const auth = { client_id: app.client_id, client_secret: app.client_secret }
    const ask = async (grant_type: string) =>
      (await suite.send({ to: '/oauth/token', form: { ...auth, grant_type } })).json()['error']
    for (const grant of advertised('grant_types_supported'))
      expect(await ask(grant), grant).to.not.be.oneOf(['unsupported_grant_type', 'unauthorized_client'])
    for (const grant of ['password', 'implicit', 'urn:ietf:params:oauth:grant-type:jwt-bearer'])
      expect(await ask(grant), grant).to.equal('unsupported_grant_type')
  })

  const cibaFields: Partial<ClientInput> = {
    token_endpoint_auth_method: 'client_secret_post',
    backchannel_token_delivery_mode: 'poll',
  }

  it('are client authentication methods that all work, each for its own clients', async () => {
    const { privateKey, jwk } = await keyFor('ES256')
    const form: Record<string, (app: Section) => Promise<Record<string, string>> | Record<string, string>> = {
      client_secret_basic: () => ({}),
      client_secret_post: (app) => ({ client_id: app.client_id, client_secret: app.client_secret ?? '' }),
      client_secret_jwt: async (app) => ({
        client_assertion: await assertion(app.client_id, 'HS256', Buffer.from(app.client_secret ?? '')),
        client_assertion_type: ASSERTION,
      }),
      private_key_jwt: async (app) => ({
        client_assertion: await assertion(app.client_id, 'ES256', privateKey),
        client_assertion_type: ASSERTION,
      }),
    }
    const methods = advertised('token_endpoint_auth_methods_supported')
    expect(methods).to.have.members([...Object.keys(form), 'none'])
    for (const [method, credentialsOf] of Object.entries(form)) {
      const app = (await client({
        ...machine,
        token_endpoint_auth_method: method as never,
        ...(method === 'private_key_jwt' && { jwks: jwksOf(jwk) }),
      })) as unknown as Section
      const headers = method === 'client_secret_basic' ? play(suite, app).auth : {}
      const sent = { ...credentials, ...(await credentialsOf(app)) }
      const answer = await suite.send({ to: '/oauth/token', form: sent, headers })
      expect(answer.status, `${method}: ${answer.text}`).to.equal(200)
    }
    const anyone = await client({ token_endpoint_auth_method: 'none' })
    const refresh = { client_id: anyone.client_id, grant_type: 'refresh_token', refresh_token: 'none' }
    expect((await suite.send({ to: '/oauth/token', form: refresh })).json()['error']).to.equal(
      'invalid_grant',
    )
  })

  it('are algorithms of assertions that all verify', async () => {
    for (const alg of advertised('token_endpoint_auth_signing_alg_values_supported')) {
      const shared = alg.startsWith('HS')
      const { privateKey, jwk } = await keyFor(shared ? 'ES256' : alg)
      const app = await client({
        ...machine,
        token_endpoint_auth_method: shared ? 'client_secret_jwt' : 'private_key_jwt',
        ...(!shared && { jwks: jwksOf(jwk) }),
      })
      const key = shared ? Buffer.from(app.client_secret ?? '') : privateKey
      const client_assertion = await assertion(app.client_id, alg, key)
      const sent = { ...credentials, client_assertion, client_assertion_type: ASSERTION }
      const answer = await suite.send({ to: '/oauth/token', form: sent })
      expect(answer.status, `${alg}: ${answer.text}`).to.equal(200)
    }
  })

  it('are algorithms of ID tokens, userinfo and signed responses that all sign, and no client gets another', async () => {
    const algs = advertised('id_token_signing_alg_values_supported')
    expect(advertised('userinfo_signing_alg_values_supported')).to.have.members(algs)
    expect(advertised('authorization_signing_alg_values_supported')).to.have.members(algs)
    for (const alg of algs as 'ES256'[]) {
      const app = play(
        suite,
        (await client({
          id_token_signed_response_alg: alg,
          userinfo_signed_response_alg: alg,
          authorization_signed_response_alg: alg,
        })) as unknown as Section,
      )
      const { tokens } = await app.flow()
      expect(decodeProtectedHeader(tokens.id_token).alg, alg).to.equal(alg)
      expect(decodeProtectedHeader((await userinfo(suite, tokens.access_token)).text).alg, alg).to.equal(alg)
      const { response = '' } = await app.ask({ response_mode: 'query.jwt' })
      expect(decodeProtectedHeader(response).alg, alg).to.equal(alg)
      expect(decodeJwt(response), alg).to.include.keys('code', 'state', 'exp')
    }
    for (const alg of ['none', 'HS256', 'ES512'] as never[]) {
      const refused = await client({ id_token_signed_response_alg: alg }).catch((error: Error) => error)
      expect(refused, alg).to.be.instanceOf(Error)
    }
  })

  it('are algorithms of request objects that all verify', async () => {
    for (const alg of advertised('request_object_signing_alg_values_supported')) {
      const { privateKey, jwk } = await keyFor(alg)
      const app = play(suite, (await client({ jwks: jwksOf(jwk) })) as unknown as Section)
      const { form } = app.request({ prompt: 'none' })
      const request = await new SignJWT(form)
        .setProtectedHeader({ alg })
        .setIssuer(app.client.client_id)
        .setAudience(suite.issuer)
        .sign(privateKey)
      const asked = new URLSearchParams({ client_id: app.client.client_id, request })
      expect(callbackOf(await app.visitor.get(`/oauth/authorize?${asked}`)), alg).to.include({
        error: 'login_required',
        state: form['state'],
      })
    }
  })

  it('are algorithms of DPoP proofs that all verify', async () => {
    const app = (await client(machine)) as unknown as Section
    for (const alg of advertised('dpop_signing_alg_values_supported')) {
      const dpop = await (await createProver(alg)).prove({ url: `${suite.issuer}/oauth/token` })
      const headers = { ...play(suite, app).auth, dpop }
      const answer = await suite.send({ to: '/oauth/token', form: credentials, headers })
      expect(answer.json(), `${alg}: ${answer.text}`).to.include({ token_type: 'DPoP' })
    }
  })

  it('are response modes that all work, and no other mode works', async () => {
    const app = play(suite, (await client({})) as unknown as Section)
    const ask = (response_mode: string) =>
      app.visitor.get(app.request({ response_mode, prompt: 'none' }).path)
    for (const mode of advertised('response_modes_supported')) {
      const page = await ask(mode)
      const location = page.headers.get('location') ?? ''
      const form = formsOf(page.text)[0]?.hidden ?? {}
      const answered =
        location + Object.keys(form).join() + (page.text.includes('postMessage') ? 'response' : '')
      expect(answered, mode).to.match(mode.includes('jwt') ? /response/ : /error|response/)
      expect(answered, mode).not.to.contain('unsupported_response_mode')
    }
    expect(callbackOf(await ask('okp'))).to.include({ error: 'unsupported_response_mode' })
  })

  it('are prompts that all lead somewhere, and an unknown one does not', async () => {
    const app = play(suite, (await client({})) as unknown as Section)
    for (const prompt of advertised('prompt_values_supported')) {
      const page = await app.visitor.get(app.request({ prompt }).path)
      if (prompt === 'none') expect(callbackOf(page), prompt).to.include({ error: 'login_required' })
      else expect([page.status, formsOf(page.text).length > 0], prompt).to.eql([200, true])
    }
    expect(await app.ask({ prompt: 'sometimes' })).to.include({ error: 'invalid_request' })
  })

  it('are scopes and claims that can be granted, and types of subjects', async () => {
    const scope = advertised('scopes_supported').join(' ')
    const app = play(suite, (await client({})) as unknown as Section)
    const { tokens, idToken } = await app.flow({ scope, prompt: 'consent', max_age: '10000' })
    expect(tokens.scope.split(' ')).to.have.members(advertised('scopes_supported'))
    await givePicture(suite, String(idToken.sub))
    const claims = { ...idToken, ...(await userinfo(suite, tokens.access_token)).json() }
    // `sid` is for apps that hear of sign-outs.
    const always = advertised('claims_supported').filter((claim) => !['sid', 'acr', 'amr'].includes(claim))
    expect(claims).to.include.keys(...always)
    expect(advertised('subject_types_supported')).to.have.members(['public', 'pairwise'])
    const paired = play(suite, (await client({ subject_type: 'pairwise' })) as unknown as Section)
    expect((await paired.flow()).idToken.sub).not.to.equal(idToken.sub)
  })

  it('is one response type and one way of PKCE, and nothing else works', async () => {
    const app = play(suite, (await client({})) as unknown as Section)
    expect(advertised('response_types_supported')).to.eql(['code'])
    for (const response_type of ['token', 'id_token', 'code id_token', 'none'])
      expect(
        (await app.visitor.get(app.request({ response_type }).path)).headers.get('location'),
        response_type,
      ).to.match(/error=(unsupported_response_type|invalid_request|unauthorized_client)/)
    expect(advertised('code_challenge_methods_supported')).to.eql(['S256'])
    const plain = { code_challenge: 'a'.repeat(43), code_challenge_method: 'plain' }
    expect(await app.ask(plain)).to.include({ error: 'invalid_request' })
  })

  it('leaves out every list that is empty (RFC 8414 §3.2)', () => {
    for (const [name, value] of Object.entries(suite.metadata))
      if (Array.isArray(value)) expect(value, name).not.to.have.length(0)
  })
})
