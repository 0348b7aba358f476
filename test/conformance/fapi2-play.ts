/**
 * The OpenID Foundation's suite for FAPI 2.0 as far as our server sees it: what AbstractFAPI2SPFinalServerTestModule sends
 * in each variant, and what it checks of every answer. Modules bend one thing of it.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { jwtVerify, SignJWT } from 'jose'
import type { SeededPlan } from '../../seeds/conformance.ts'
import { fetchWith } from '../provider/binding/mtls-request.ts'
import { nowSeconds } from '../provider/binding/prover.ts'
import type { Prover } from '../provider/binding/prover.ts'
import { challengeOf, signIn } from '../provider/relying-party.ts'
import { replyOf } from './fapi2-world.ts'
import type { Bend, Claims, Fields, Form, Holder, Reply, World } from './fapi2-world.ts'
import { CALLBACK } from './suite.ts'
import type { Section } from './suite.ts'

/** What of a request to a protected resource is not as it should be. */
type Shown = {
  to?: string
  scheme?: string
  token?: string
  headers?: Form
  /** In place of a good proof; `undefined` for none. */
  proof?: () => Promise<string | undefined>
  bare?: boolean
}

type Configured = { client: Section; client2: Section; resource: { resourceUrl: string } }

export type Fapi = ReturnType<typeof playFapi>

/** One variant of a plan with one browser; who signs in stays signed in. */
export function playFapi(world: World, { variant, configuration }: SeededPlan) {
  const { client: one, client2: two, resource } = configuration as unknown as Configured
  const dpop = variant['sender_constrain'] === 'dpop'
  const byKey = variant['client_auth_type'] === 'private_key_jwt'
  const openid = variant['openid'] === 'openid_connect'
  const jarm = variant['fapi_response_mode'] === 'jarm'
  const signed = variant['fapi_request_method'] === 'signed_non_repudiation'
  const aliases = world.metadata['mtls_endpoint_aliases'] as Form
  // Clients that authenticate by a certificate, or bind tokens to one, use the aliases.
  const endpoint = (name: string) => (dpop && byKey ? (world.metadata as Form) : aliases)[name] ?? ''
  const provers: Record<Holder, Prover> = { ...world.provers }
  const nonces: { as?: string; rs?: string } = {}
  const state = { holder: 'client' as Holder, verifier: '', token: '', scheme: '', asked: {} as Fields }

  const section = () => (state.holder === 'client' ? one : two)
  const redirect = () => (state.holder === 'client' ? CALLBACK : `${CALLBACK}?dummy1=lorem&dummy2=ipsum`)
  const certificate = () => world.certificates[state.holder]

  const prover = (): Prover => provers[state.holder]

  const call = (to: string, init: { method?: string; headers?: Form; body?: string }, shows: boolean) =>
    to.startsWith('https:') ? fetchWith(shows ? certificate() : undefined)(to, init) : fetch(to, init)

  async function post(to: string, form: Fields, { headers = {}, shows = true, method = 'POST' } = {}) {
    const given = Object.entries(form).filter((entry): entry is [string, string] => entry[1] !== undefined)
    const type = { 'content-type': 'application/x-www-form-urlencoded' }
    const body = new URLSearchParams(given).toString()
    return replyOf(await call(to, { method, headers: { ...type, ...headers }, body }, shows))
  }

  const sign = (claims: Claims, { claims: bend = (same) => same, header, key }: Bend = {}) => {
    const { kid, alg, privateKey } = world.keys[state.holder]
    return new SignJWT(bend(claims)).setProtectedHeader({ alg, kid, ...header }).sign(key ?? privateKey)
  }
  const now = nowSeconds

  async function authentication(bend?: Bend): Promise<Form> {
    const { client_id: id } = section()
    if (!byKey) return { client_id: id }
    const claims = { iss: id, sub: id, aud: world.issuer, jti: randomUUID(), iat: now(), exp: now() + 60 }
    return {
      client_assertion: await sign(claims, bend),
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    }
  }

  /** As CreateAuthorizationRequestSteps has it. */
  function request(given: Fields = {}): Fields {
    state.verifier = randomBytes(48).toString('base64url')
    state.asked = {
      client_id: section().client_id,
      redirect_uri: redirect(),
      scope: section().scope,
      state: randomBytes(state.holder === 'client' ? 8 : 64).toString('hex'),
      nonce: openid ? randomUUID() : undefined,
      response_type: 'code',
      response_mode: jarm ? 'jwt' : undefined,
      code_challenge: challengeOf(state.verifier),
      code_challenge_method: 'S256',
      ...given,
    }
    return state.asked
  }

  const requestObject = (fields: Fields, bend?: Bend) => {
    const { claims: asked, ...rest } = fields
    const times = { nbf: now(), exp: now() + 300, aud: world.issuer, iss: section().client_id }
    return sign({ ...rest, ...(asked && { claims: JSON.parse(asked) as unknown }), ...times }, bend)
  }

  type Pushed = {
    object?: Bend
    auth?: Bend
    proven?: Claims | true
    more?: Form
    plain?: boolean
    method?: string
  }
  /** To the PAR endpoint; with `proven`, with a proof that has these claims changed. */
  async function push(
    given: Fields = {},
    { object, auth, proven, more, plain, method }: Pushed = {},
  ): Promise<Reply> {
    const fields = request(given)
    const asked = signed && !plain ? { request: await requestObject(fields, object) } : fields
    const form = { ...asked, ...(await authentication(auth)), ...more }
    const url = endpoint('pushed_authorization_request_endpoint')
    const send = async () => {
      const proof = proven && (await prove(url, 'POST', 'as', proven === true ? {} : proven))
      return post(url, form, { headers: proof ? { dpop: proof } : {}, shows: !byKey, method })
    }
    return withNonce('as', send)
  }

  function prove(url: string, method: string, of: 'as' | 'rs', claims: Claims, accessToken?: string) {
    const nonce = nonces[of]
    const given = { url, method, claims, ...(nonce && { nonce }), ...(accessToken && { accessToken }) }
    return prover().prove(given)
  }

  /** Sends again, with the same assertion, when the nonce alone was wrong. */
  async function withNonce(of: 'as' | 'rs', send: () => Promise<Reply>): Promise<Reply> {
    const first = await send()
    const asked = JSON.stringify([first.body, first.headers.get('www-authenticate')])
    const next = first.headers.get('dpop-nonce')
    if (next) nonces[of] = next
    return asked.includes('use_dpop_nonce') ? send() : first
  }

  /** As BuildRequestObjectByReferenceRedirectToAuthorizationEndpoint: with the duplicates that RFC 6749 asks for. */
  function authorizePath({ body }: Reply, beside: Fields = {}): string {
    const { response_type, client_id, scope, redirect_uri } = state.asked
    const all = {
      request_uri: String(body['request_uri']),
      response_type,
      client_id,
      scope,
      redirect_uri,
      ...beside,
    }
    const given = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined)
    return `/oauth/authorize?${new URLSearchParams(given)}`
  }

  const visitor = world.visitor()
  const authorize = async (path: string, browser = visitor) =>
    answerOf(await signIn(browser, path, world.account))

  /** The answer at the redirect address: plain, or signed (ValidateJARMResponse, ValidateJARMExpRecommendations). */
  async function answerOf(returned: URL): Promise<Form> {
    const all = Object.fromEntries(returned.searchParams)
    const { dummy1, dummy2, ...query } = all
    expect(returned.hash).to.equal('')
    if (state.holder === 'client2') expect([dummy1, dummy2]).to.eql(['lorem', 'ipsum'])
    if (!jarm) return query
    expect(Object.keys(query)).to.eql(['response'])
    const audience = { issuer: world.issuer, audience: section().client_id }
    const { payload, protectedHeader } = await jwtVerify(query['response'] ?? '', world.jwks, audience)
    expect(protectedHeader.alg).to.be.oneOf(['PS256', 'ES256', 'EdDSA'])
    expect(Number(payload.exp) - now()).to.be.within(1, 600)
    const { aud: _aud, exp: _exp, ...answer } = payload
    return answer as Form
  }

  /** Pushes, signs in and checks the answer as every module does; what came, code included. */
  async function codeFor(given: Fields = {}, how: Pushed & { beside?: Fields } = {}): Promise<Form> {
    const pushed = await push(given, how)
    expect(pushed.status, JSON.stringify(pushed.body)).to.equal(201)
    expect(pushed.body['expires_in']).to.be.a('number')
    const answer = await authorize(authorizePath(pushed, how.beside))
    const expected = 'state' in given ? given['state'] : state.asked['state']
    expect(answer['error'], answer['error_description']).to.equal(undefined)
    expect(Object.keys(answer)).to.have.members(['code', 'iss', ...(expected ? ['state'] : [])])
    expect([answer['state'], answer['iss']]).to.eql([expected, world.issuer])
    return answer
  }

  type Asked = { auth?: Bend; proven?: Claims | false; shows?: boolean }
  async function token(
    form: Fields,
    { auth, proven = {}, shows = !dpop || !byKey }: Asked = {},
  ): Promise<Reply> {
    const url = endpoint('token_endpoint')
    const all = { ...(await authentication(auth)), ...form }
    const send = async () => {
      const proof = dpop && proven && (await prove(url, 'POST', 'as', proven))
      return post(url, all, { headers: proof ? { dpop: proof } : {}, shows })
    }
    return withNonce('as', send)
  }

  const redeem = ({ code }: Form, given: Fields = {}, asked: Asked = {}) =>
    token(
      {
        grant_type: 'authorization_code',
        code,
        redirect_uri: redirect(),
        code_verifier: state.verifier,
        ...given,
      },
      asked,
    )

  /** The checks of processTokenEndpointResponse; the claims of the ID token. */
  async function accept({ status, headers, body }: Reply, nonce = state.asked['nonce']): Promise<Claims> {
    expect(status, JSON.stringify(body)).to.equal(200)
    expect(headers.get('cache-control')).to.contain('no-store')
    expect(body['expires_in']).to.be.within(1, 86_400)
    expect(String(body['token_type']).toLowerCase()).to.equal(dpop ? 'dpop' : 'bearer')
    Object.assign(state, { token: String(body['access_token']), scheme: String(body['token_type']) })
    expect(Object.hasOwn(body, 'id_token')).to.equal(openid)
    return openid ? world.verify(String(body['id_token']), section().client_id, nonce) : {}
  }

  /** GET of the protected resource with the last token. */
  async function show({
    to = resource.resourceUrl,
    scheme = state.scheme,
    token: given,
    headers,
    proof,
    bare,
  }: Shown = {}) {
    const shown = given ?? state.token
    const good = () => prove(to.split('?')[0] ?? to, 'GET', 'rs', {}, shown)
    return withNonce('rs', async () => {
      const proven = dpop ? await (proof ?? good)() : undefined
      const authorization: Form = bare ? {} : { authorization: `${scheme} ${shown}` }
      return replyOf(
        await call(to, { headers: { ...authorization, ...(proven && { dpop: proven }), ...headers } }, !dpop),
      )
    })
  }

  /** Of the last token, at the protected resource. */
  const proofFor = (claims: Claims) => prove(resource.resourceUrl, 'GET', 'rs', claims, state.token)

  /** From the pushed request to the protected resource. */
  async function flow(given: Fields = {}, how: Pushed & { beside?: Fields } = {}): Promise<Claims> {
    const claims = await accept(await redeem(await codeFor(given, how)))
    expect((await show()).status).to.equal(200)
    return claims
  }

  const knobs = { dpop, byKey, openid, state, provers, visitor, world, resourceUrl: resource.resourceUrl }
  return {
    ...knobs,
    section,
    redirect,
    endpoint,
    prover,
    request,
    requestObject,
    authentication,
    push,
    authorizePath,
    authorize,
    answerOf,
    codeFor,
    token,
    redeem,
    accept,
    show,
    proofFor,
    flow,
  }
}
