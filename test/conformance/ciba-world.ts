/**
 * The FAPI-CIBA plan as the OpenID Foundation's suite plays it: certificates on every call that wants one, signed
 * requests, the checks of its conditions, and a person who is called as `automated_ciba_approval_url`.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { expect } from 'chai'
import { SignJWT } from 'jose'
import type { JWTPayload } from 'jose'
import { createApprovalServer } from '../../examples/ciba-approval/server.ts'
import { makeCertificate } from '../provider/binding/certificates.ts'
import type { Certificate } from '../provider/binding/certificates.ts'
import { fetchWith } from '../provider/binding/mtls-request.ts'
import { CIBA_GRANT, rest } from '../protocol/ciba/asker.ts'
import { startNotificationReceiver } from '../support/notification-receiver.ts'
import { freePort } from '../support/service-process.ts'
import { makeKey, openSuite } from './suite.ts'
import type { Section } from './suite.ts'

export const PLAN = 'fapi-ciba-id1-test-plan'

export type Variant = {
  client_auth_type: 'private_key_jwt' | 'mtls'
  ciba_mode: 'poll' | 'ping'
  client_registration: 'static_client' | 'dynamic_client'
}
export const VARIANTS: Variant[] = (['private_key_jwt', 'mtls'] as const).flatMap((client_auth_type) =>
  (['poll', 'ping'] as const).flatMap((ciba_mode) =>
    (['static_client', 'dynamic_client'] as const).map((client_registration) => ({
      client_auth_type,
      ciba_mode,
      client_registration,
    })),
  ),
)
export const nameOf = (variant: Variant) => Object.values(variant).join(', ')

export type World = Awaited<ReturnType<typeof openWorld>>
type Key = ReturnType<typeof makeKey>
export type Holder = 'client' | 'client2'
type CibaSection = Section & { hint_type: string; hint_value: string; acr_value?: string }
type Actor = { client: CibaSection; key: Key; certificate: Certificate }
export type Answered = { status: number; headers: Headers; text: string; json: Record<string, unknown> }
/** Changes to one request: another audience, key or algorithm, or a parameter added or left out. */
export type Bend = Partial<{
  claims: (claims: JWTPayload) => JWTPayload
  alg: string
  key: Key
  typ: string
  assertion: (claims: JWTPayload) => JWTPayload
  assertionAlg: string
  audience: string
  /** In place of the client's authentication. */
  authentication: Record<string, string>
  /** In place of the request object. */
  fields: Record<string, string>
  certificate: Certificate | null
}>

/** The server with its TLS listener, the suite's notification endpoint and the person. */
export async function openWorld() {
  const receiver = await startNotificationReceiver()
  // With another key the listener has no suite of FAPI 1.0's list to offer.
  const pair = makeKey('server', 'PS256')
  const server = makeCertificate({ pair, subject: [[['CN', 'localhost']]], names: { dns: ['localhost'] } })
  const approvalPort = await freePort()
  const suite = await openSuite(
    {
      ACCOUNT_SERVER_MTLS_PORT: String(await freePort()),
      ACCOUNT_SERVER_MTLS_CERT: server.cert,
      ACCOUNT_SERVER_MTLS_KEY: server.key,
      NODE_EXTRA_CA_CERTS: receiver.certificateFile,
    },
    {
      alg: 'PS256',
      suite: new URL(receiver.url).origin,
      approval_url: `http://127.0.0.1:${approvalPort}`,
    },
  )
  const [plan] = suite.seeded.plans.filter((one) => one.plan === PLAN)
  const template = String(plan?.configuration['automated_ciba_approval_url'])
  const approver = createApprovalServer({ person: { issuer: suite.issuer, ...suite.account }, template })
  approver.listen(approvalPort, '127.0.0.1')
  await once(approver, 'listening')
  return {
    ...suite,
    receiver,
    /** Where certificates are asked for: the endpoint itself, where it has no other name. */
    aliases: { ...suite.metadata, ...(suite.metadata['mtls_endpoint_aliases'] as object) } as Record<
      string,
      string
    >,
    /** CallAutomatedCibaApprovalEndpoint. */
    async decide(action: 'allow' | 'deny', id: string): Promise<void> {
      const address = template.replace('{action}', action).replace('{auth_req_id}', id)
      const answer = await fetch(address, { method: 'POST' })
      expect(answer.status, await answer.text()).to.equal(200)
    },
    async stop() {
      approver.close()
      await receiver.stop()
      await suite.stop()
    },
  }
}

/** The module for refresh tokens registers for them; the others do not. */
type More = { refresh?: boolean }
export type Played = Awaited<ReturnType<typeof playVariant>>

/** Both clients of a variant; those that are not seeded register themselves as the suite does. */
export async function playVariant(world: World, variant: Variant, more: More = {}) {
  const sections = world.configuration(PLAN, variant) as unknown as Record<Holder, CibaSection>
  const actors = { client: await actorOf('client'), client2: await actorOf('client2') }
  const { issuer, metadata, aliases } = world
  const certified = variant.client_auth_type === 'mtls'

  async function actorOf(holder: Holder): Promise<Actor> {
    if (variant.client_registration === 'static_client')
      return { client: sections[holder], key: world.keys[holder], certificate: world.certificates[holder] }
    return registerActor(world, variant, sections[holder], more)
  }

  async function post(address: string, form: Record<string, string>, certificate: Certificate | null) {
    // Only the alias is behind TLS here.
    const call = address.startsWith('https:') ? fetchWith(certificate ?? undefined) : fetch
    const answer = await call(address, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: new URLSearchParams(form),
    })
    return read(answer)
  }

  async function authentication(actor: Actor, audience: string, bend: Bend): Promise<Record<string, string>> {
    if (bend.authentication) return bend.authentication
    if (certified) return { client_id: actor.client.client_id }
    const { assertion = (claims) => claims, assertionAlg: alg = actor.key.alg } = bend
    const id = actor.client.client_id
    const claims = { iss: id, sub: id, aud: bend.audience ?? audience, jti: randomUUID(), ...inSeconds(60) }
    return {
      client_assertion: await sign(assertion(claims), actor.key, { alg }),
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    }
  }

  function requestClaims(actor: Actor, token?: string): JWTPayload {
    return {
      scope: actor.client.scope,
      [sections.client.hint_type]: sections.client.hint_value,
      binding_message: '1234',
      ...(variant.ciba_mode === 'ping' && { client_notification_token: token ?? randomUUID() }),
      ...inSeconds(300),
      nbf: seconds(),
      jti: randomUUID(),
      aud: issuer,
      iss: actor.client.client_id,
    }
  }

  /** CallBackchannelAuthenticationEndpoint: at the alias only where the certificate is what authenticates. */
  async function ask(bend: Bend = {}, holder: Holder = 'client', token?: string): Promise<Answered> {
    const actor = actors[holder]
    const { claims: bent = (claims) => claims, alg = actor.key.alg, key = actor.key, typ } = bend
    const own = String(metadata['backchannel_authentication_endpoint'])
    const fields = bend.fields ?? {
      request: await sign(bent(requestClaims(actor, token)), key, { alg, ...(typ && { typ }) }),
    }
    const certificate = bend.certificate === undefined ? actor.certificate : bend.certificate
    const address = certified ? (aliases['backchannel_authentication_endpoint'] ?? '') : own
    return post(address, { ...fields, ...(await authentication(actor, own, bend)) }, certificate)
  }

  /** Always at the alias: tokens are bound to the certificate however the client authenticates. */
  async function token(form: Record<string, string>, bend: Bend = {}, holder: Holder = 'client') {
    const actor = actors[holder]
    const address = aliases['token_endpoint'] ?? ''
    const certificate = bend.certificate === undefined ? actor.certificate : bend.certificate
    return post(address, { ...form, ...(await authentication(actor, address, bend)) }, certificate)
  }

  const poll = (id: string, bend: Bend = {}, holder: Holder = 'client') =>
    token({ grant_type: CIBA_GRANT, auth_req_id: id }, bend, holder)

  async function resource(
    accessToken: string,
    given: Partial<{ headers: object; query: string; by: Holder }>,
  ) {
    const { by = 'client', query = '', headers } = given
    const address = `${aliases['userinfo_endpoint']}${query}`
    const init = { headers: { ...(!query && { authorization: `Bearer ${accessToken}` }), ...headers } }
    return read(await fetchWith(actors[by].certificate)(address, init))
  }

  return {
    variant,
    actors,
    sections,
    requestClaims,
    ask,
    poll,
    token,
    resource,
    /** Waits as the suite does, without the waiting. */
    rest: (id: string) => rest(world, id),
    told: (id: string) =>
      world.receiver.received.filter(({ body }) => (body as { auth_req_id?: string }).auth_req_id === id),
  }
}

/** `registerClient` of the suite: keys and a certificate of its own, no redirect, no response types. */
async function registerActor(
  world: World,
  variant: Variant,
  section: CibaSection,
  more: More,
): Promise<Actor> {
  const key = makeKey(`suite-${randomBytes(4).toString('hex')}`, 'PS256')
  const certificate = makeCertificate({ pair: key })
  const jwk = { ...key.jwk, x5c: [certificate.der.toString('base64')] }
  const answer = await fetch(String(world.metadata['registration_endpoint']), {
    method: 'POST',
    headers: {
      authorization: `Bearer ${section.initial_access_token}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({
      client_name: `Suite ${key.kid}`,
      grant_types: [CIBA_GRANT, ...(more.refresh ? ['refresh_token'] : [])],
      jwks: { keys: [jwk] },
      backchannel_user_code_parameter: false,
      backchannel_token_delivery_mode: variant.ciba_mode,
      ...(variant.ciba_mode === 'ping' && {
        backchannel_client_notification_endpoint: world.receiver.url,
      }),
      backchannel_authentication_request_signing_alg: 'PS256',
      id_token_signed_response_alg: 'PS256',
      response_types: [],
      tls_client_certificate_bound_access_tokens: true,
      ...(variant.client_auth_type === 'mtls'
        ? { token_endpoint_auth_method: 'self_signed_tls_client_auth' }
        : { token_endpoint_auth_method: 'private_key_jwt', token_endpoint_auth_signing_alg: 'PS256' }),
    }),
  })
  const text = await answer.text()
  expect(answer.status, text).to.equal(201)
  return { client: { ...section, ...(JSON.parse(text) as object), scope: section.scope }, key, certificate }
}

const seconds = () => Math.floor(Date.now() / 1000)
const inSeconds = (life: number) => ({ iat: seconds(), exp: seconds() + life })

/** `none` has no signature, and `bad` one that does not fit. */
async function sign(claims: JWTPayload, key: Key, { alg, typ }: { alg: string; typ?: string }) {
  const header = { alg: alg === 'bad' ? key.alg : alg, kid: key.kid, ...(typ && { typ }) }
  if (alg === 'none') return `${encode(header)}.${encode(claims)}.`
  const signed = await new SignJWT(claims).setProtectedHeader(header).sign(key.privateKey)
  if (alg !== 'bad') return signed
  const [head, body, signature = ''] = signed.split('.')
  const bytes = Buffer.from(Buffer.from(signature, 'base64url').map((byte) => byte ^ 0x5a))
  return [head, body, bytes.toString('base64url')].join('.')
}

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')

async function read(answer: Response): Promise<Answered> {
  const text = await answer.text()
  const isJson = answer.headers.get('content-type')?.startsWith('application/json')
  const json = isJson && text ? (JSON.parse(text) as Record<string, unknown>) : {}
  return { status: answer.status, headers: answer.headers, text, json }
}
