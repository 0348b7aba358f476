/**
 * This server as a client of an upstream: the authorization request, and what its answer proves. Everything that comes back
 * is validated here (OpenID Connect Core §3.1.3, RFC 9207, RFC 9700 §4.4). A file beside this one says where it is reached.
 */
import * as oauth from 'oauth4webapi'
import type { Clock } from '../../platform/clock.ts'
import { SECOND_MS } from '../../platform/clock.ts'
import type { Flow } from './flows.ts'
import { identityFrom } from '../identity.ts'
import type { UpstreamIdentity } from '../identity.ts'
import type { SessionThere } from '../upstream-sessions.ts'
import type { Upstream } from '../upstream.ts'
import { failing, UpstreamFailure } from './upstream-failure.ts'
import type { RequestOptions, UpstreamMetadata } from './upstream-metadata.ts'

export type UpstreamClient = {
  /** Where the browser is sent. @throws UpstreamFailure `down`, `invalid` */
  authorizationUrl: (
    upstream: Upstream,
    flow: Flow,
    hints: { loginHint?: string | undefined },
  ) => Promise<URL>
  /** Who signed in, from the address that the browser came back to. @throws UpstreamFailure */
  identify: (came: Came) => Promise<Identified>
  /** Where the browser signs out, if the provider has such a page. @throws UpstreamFailure `down` */
  signOutUrl: (upstream: Upstream, given: SignOutThere) => Promise<URL | undefined>
}

/** `there`: what the provider calls its own session. */
export type Identified = { identity: UpstreamIdentity; there: SessionThere }

/** `state` comes back with the browser. */
export type SignOutThere = { idToken: string | undefined; state: string; locale: string | undefined }

/** Between the clocks of two servers. */
const TOLERANCE_SECONDS = 60

/** Some providers say how somebody signed in only when they are asked (OpenID Connect Core §5.5). */
const HOW_THEY_SIGNED_IN = JSON.stringify({ id_token: { acr: null, amr: null } })

/** `issuer`: of this server. */
export function createUpstreamClient(
  metadata: UpstreamMetadata,
  { clock, issuer }: { clock: Clock; issuer: string },
): UpstreamClient {
  return {
    async authorizationUrl(upstream, flow, hints) {
      const as = await metadata.describe(upstream)
      const { authorization_endpoint: endpoint } = as
      if (!endpoint) throw new UpstreamFailure('invalid', 'its metadata has no authorization_endpoint')
      const parameters = await authorizationParameters(issuer, upstream, flow)
      return withParameters(new URL(endpoint), {
        ...wishes(upstream, as),
        ...(hints.loginHint && { login_hint: hints.loginHint }),
        ...parameters,
      })
    },
    async identify(came) {
      const { upstream, flow } = came
      const redirectUri = redirectUriOf(issuer, upstream.id)
      const exchange = await redeem(metadata, clientOf(upstream, clock), redirectUri, came)
      const { claims, emails, idToken } =
        upstream.kind === 'oidc'
          ? await openidClaims(exchange, flow.nonce)
          : await apiClaims(exchange, upstream)
      const identity = identityFrom(upstream, claims, emails)
      if (!identity) throw new UpstreamFailure('invalid', 'its answer names no subject')
      assertFresh(identity, flow)
      return { identity, there: sessionOf(claims, idToken) }
    },
    async signOutUrl(upstream, given) {
      const { end_session_endpoint: endpoint } = await metadata.describe(upstream)
      if (upstream.kind !== 'oidc' || !endpoint) return undefined
      return withParameters(new URL(endpoint), signOutParameters(issuer, upstream, given))
    },
  }
}

async function authorizationParameters(issuer: string, upstream: Upstream, flow: Flow) {
  return {
    ...(upstream.kind === 'oidc' && { nonce: flow.nonce, ...again(flow, upstream) }),
    response_type: 'code',
    client_id: upstream.clientId,
    redirect_uri: redirectUriOf(issuer, upstream.id),
    scope: upstream.scope,
    state: flow.state,
    code_challenge: await oauth.calculatePKCECodeChallenge(flow.codeVerifier),
    code_challenge_method: 'S256',
  }
}

function sessionOf({ sid }: Claimed['claims'], idToken: string | undefined): SessionThere {
  return { idToken, ...(typeof sid === 'string' && idToken && { sid }) }
}

function signOutParameters(
  issuer: string,
  { id, clientId }: Upstream,
  { idToken, state, locale }: SignOutThere,
) {
  return {
    ...(idToken && { id_token_hint: idToken }),
    client_id: clientId,
    post_logout_redirect_uri: signedOutUriOf(issuer, id),
    state,
    ...(locale && { ui_locales: locale }),
  }
}

function wishes({ trustMfa, parameters }: Upstream, as: oauth.AuthorizationServer): Record<string, string> {
  const asks = trustMfa && as.claims_parameter_supported
  return { ...(asks && { claims: HOW_THEY_SIGNED_IN }), ...parameters }
}

/** Each upstream has its own, so that an answer of one is never taken for that of another (RFC 9700 §4.4.2.2). */
export function redirectUriOf(issuer: string, upstreamId: string): string {
  return `${issuer}/upstream/${upstreamId}/callback`
}

/** What the operator registers at the provider. */
export function addressesOf(issuer: string, { id, frontchannelLogout }: Upstream) {
  return {
    redirect_uri: redirectUriOf(issuer, id),
    post_logout_redirect_uri: signedOutUriOf(issuer, id),
    backchannel_logout_uri: `${issuer}/upstream/${id}/backchannel-logout`,
    frontchannel_logout_uri: frontchannelLogout ? `${issuer}/upstream/${id}/frontchannel-logout` : null,
  }
}

function signedOutUriOf(issuer: string, upstreamId: string): string {
  return `${issuer}/upstream/${upstreamId}/signed-out`
}

type Came = { upstream: Upstream; secret: string | undefined; flow: Flow; answer: URLSearchParams }
type Exchange = {
  as: oauth.AuthorizationServer
  client: oauth.Client
  response: Response
  options: RequestOptions
}
type Claimed = { claims: Record<string, unknown>; emails?: unknown; idToken?: string | undefined }

function clientOf({ clientId }: Upstream, clock: Clock): oauth.Client {
  return {
    client_id: clientId,
    [oauth.clockSkew]: Math.round((clock() - Date.now()) / SECOND_MS),
    [oauth.clockTolerance]: TOLERANCE_SECONDS,
  }
}

/** Checks the answer in the address, and gives its code for tokens. */
async function redeem(
  { describe, options }: UpstreamMetadata,
  client: oauth.Client,
  redirectUri: string,
  { upstream, secret, flow, answer }: Came,
): Promise<Exchange> {
  const as = await describe(upstream)
  const params = await failing('invalid', async () =>
    oauth.validateAuthResponse(as, client, checkable(upstream, answer), flow.state),
  )
  const auth = authenticate(upstream, secret)
  const { codeVerifier } = flow
  const response = await failing('down', () =>
    oauth.authorizationCodeGrantRequest(as, client, auth, params, redirectUri, codeVerifier, options),
  )
  return { as, client, response, options }
}

/** RFC 9207 §2.4: without a known issuer there is nothing to compare. The redirect address of its own then tells upstreams apart. */
function checkable(upstream: Upstream, answer: URLSearchParams): URLSearchParams {
  const params = new URLSearchParams(answer)
  if (upstream.kind === 'oauth2' && upstream.issuer === null) params.delete('iss')
  return params
}

/** OpenID Connect Core §3.1.2.1. A sign-in that has to be new replaces what the definition asks for. */
function again({ maxAgeSeconds }: Flow, { parameters }: Upstream): Record<string, string> {
  if (maxAgeSeconds === undefined) return {}
  const prompt = maxAgeSeconds === 0 ? 'login' : parameters['prompt']
  return { max_age: String(maxAgeSeconds), ...(prompt && { prompt }) }
}

function authenticate(upstream: Upstream, secret: string | undefined): oauth.ClientAuth {
  if (upstream.authMethod === 'none' || secret === undefined) return oauth.None()
  return upstream.authMethod === 'client_secret_post'
    ? oauth.ClientSecretPost(secret)
    : oauth.ClientSecretBasic(secret)
}

/** The ID token, with its signature, and what userinfo adds about the same subject. */
async function openidClaims({ as, client, response, options }: Exchange, nonce: string): Promise<Claimed> {
  const tokens = await failing('invalid', async () => {
    const found = await oauth.processAuthorizationCodeResponse(as, client, response, {
      expectedNonce: nonce,
      requireIdToken: true,
      maxAge: oauth.skipAuthTimeCheck,
    })
    await oauth.validateApplicationLevelSignature(as, response, options)
    return found
  })
  const said = oauth.getValidatedIdTokenClaims(tokens)
  if (!said) throw new UpstreamFailure('invalid', 'its answer has no ID token')
  const { id_token: idToken } = tokens
  if (said['email'] !== undefined || !as.userinfo_endpoint) return { claims: said, idToken }
  const answer = await failing('down', () => oauth.userInfoRequest(as, client, tokens.access_token, options))
  const userinfo = await failing('invalid', async () => {
    const found = await oauth.processUserInfoResponse(as, client, said.sub, answer)
    if (answer.headers.get('content-type')?.startsWith('application/jwt'))
      await oauth.validateApplicationLevelSignature(as, answer, options)
    return found
  })
  return { claims: { ...userinfo, ...said }, idToken }
}

/** Of a provider without ID tokens: what its API says of the owner of the token. */
async function apiClaims({ as, client, response, options }: Exchange, upstream: Upstream): Promise<Claimed> {
  const { access_token: token } = await failing('invalid', () =>
    oauth.processAuthorizationCodeResponse(as, client, response),
  )
  const ask = (endpoint: string) =>
    failing('down', async () => {
      const headers = new Headers({ accept: 'application/json' })
      const answer = await oauth.protectedResourceRequest(
        token,
        'GET',
        new URL(endpoint),
        headers,
        null,
        options,
      )
      if (answer.status !== 200) throw new Error(`${endpoint} answered ${answer.status}`)
      return (await answer.json()) as unknown
    })
  const claims = await ask(upstream.endpoints.userinfo ?? '')
  if (typeof claims !== 'object' || claims === null)
    throw new UpstreamFailure('invalid', 'its userinfo answer is no object')
  const { emails } = upstream.endpoints
  return { claims: { ...claims }, ...(emails && { emails: await ask(emails) }) }
}

/** @throws UpstreamFailure `not_anew` when the proof at the provider is older than asked for, or of unknown age */
function assertFresh({ authTimeSeconds }: UpstreamIdentity, flow: Flow): void {
  const { maxAgeSeconds, createdAtMs, strict } = flow
  if (maxAgeSeconds === undefined || !strict) return
  const earliest = createdAtMs / SECOND_MS - maxAgeSeconds - TOLERANCE_SECONDS
  if (authTimeSeconds === undefined || authTimeSeconds < earliest)
    throw new UpstreamFailure('not_anew', 'it did not ask the person to sign in again')
}

function withParameters(url: URL, parameters: Record<string, string>): URL {
  for (const [name, value] of Object.entries(parameters)) if (value) url.searchParams.set(name, value)
  return url
}
