/**
 * A relying party on openid-client: signs in by the authorization code flow with PKCE, refreshes, calls userinfo and a
 * resource server, signs out. Node's own HTTP server, so that nothing but the protocol is in the way.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import * as oidc from 'openid-client'
import { renderPage, STYLE } from './page.ts'
import { arrive, depart, sessionOf } from './session.ts'
import { stepUpOf } from './step-up.ts'
import type { Session } from './session.ts'

export type RelyingPartySettings = {
  issuer: string
  clientId: string
  clientSecret: string
  /** Where this app is reached; its redirect URI is `<publicUrl>/callback`. */
  publicUrl: string
  /** A resource server to call, and the scopes to ask for there. */
  api?: { identifier: string; scope: string } | undefined
}

type Tokens = oidc.TokenEndpointResponse
type Visit = {
  settings: RelyingPartySettings
  config: oidc.Configuration
  session: Session
  url: URL
}
/** Does what the route is for and answers where the browser goes next. */
type Step = (visit: Visit) => Promise<string>

/** Reads the provider's metadata, then answers the app's HTTP server, not yet listening. */
export async function createRelyingParty(settings: RelyingPartySettings): Promise<Server> {
  const { issuer, clientId, clientSecret } = settings
  const local = issuer.startsWith('http:')
  const config = await oidc.discovery(
    new URL(issuer),
    clientId,
    clientSecret,
    oidc.ClientSecretBasic(clientSecret),
    {
      // openid-client insists on https; on this machine plain http is fine.
      execute: local ? [oidc.allowInsecureRequests] : [],
    },
  )
  config[oidc.customFetch] = recordingFetch
  return createServer((request, response) => {
    // Steps that fail are shown on the page; this is for requests that nothing can be made of.
    answer(settings, config, request, response).catch(() =>
      response.writeHead(400).end('A broken request.\n'),
    )
  })
}

const STEPS: Record<string, Step> = {
  'POST /sign-in': signIn,
  'GET /callback': callback,
  'POST /refresh': refresh,
  'POST /userinfo': userinfo,
  'POST /api': callApi,
  'POST /transfer': transfer,
  'POST /sign-out': signOut,
}

async function answer(
  settings: RelyingPartySettings,
  config: oidc.Configuration,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', settings.publicUrl)
  const route = `${request.method} ${url.pathname}`
  response.setHeader('Content-Security-Policy', "default-src 'none'; style-src 'self'")
  if (route === 'GET /style.css') return void response.setHeader('Content-Type', 'text/css').end(STYLE)
  const session = sessionOf(request, response)
  const step = STEPS[route]
  if (step) {
    const visit = { settings, config, session, url }
    const Location = await visiting
      .run(session, () => step(visit))
      .catch((error: unknown) => failed(session, error))
    return void response.writeHead(303, { Location }).end()
  }
  if (route !== 'GET /') return void response.writeHead(404).end('There is no such page.\n')
  const { issuer, clientId, api } = settings
  response.setHeader('Content-Type', 'text/html; charset=utf-8')
  response.end(renderPage(session, { issuer, clientId, apiScope: api?.scope }))
}

async function signIn({ settings, config, session }: Visit): Promise<string> {
  session.exchanges = []
  return departure({ settings, config, session }, {})
}

/** Where the browser goes to sign in; `asked` is what this sign-in has to be beyond others. */
async function departure(
  { settings, config, session }: Omit<Visit, 'url'>,
  asked: Record<string, string>,
): Promise<string> {
  const { api, publicUrl } = settings
  const codeVerifier = oidc.randomPKCECodeVerifier()
  const [state, nonce] = [oidc.randomState(), oidc.randomNonce()]
  depart(session, state, { codeVerifier, nonce })
  return oidc.buildAuthorizationUrl(config, {
    redirect_uri: `${publicUrl}/callback`,
    scope: ['openid profile email offline_access', api?.scope].filter(Boolean).join(' '),
    ...(api ? { resource: api.identifier } : {}),
    code_challenge: await oidc.calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
    state,
    nonce,
    ...asked,
  }).href
}

async function callback({ config, session, url }: Visit): Promise<string> {
  const state = url.searchParams.get('state') ?? ''
  const departure = arrive(session, state)
  // A page that was reloaded, or that a person went back to, comes with a return that was used.
  if (!departure && session.signedIn) return '/'
  if (!departure) throw new Error('this browser did not begin that sign-in here; please begin again')
  const tokens = await oidc.authorizationCodeGrant(config, url, {
    pkceCodeVerifier: departure.codeVerifier,
    expectedState: state,
    expectedNonce: departure.nonce,
    idTokenExpected: true,
  })
  const claims = tokens.claims()
  if (!claims || !tokens.id_token) throw new Error('the answer held no ID token')
  const profile = await oidc.fetchUserInfo(config, tokens.access_token, claims.sub)
  session.signedIn = { claims, profile, idToken: tokens.id_token, ...kept(tokens) }
  session.answer = undefined
  return '/'
}

async function refresh({ config, session }: Visit): Promise<string> {
  const { signedIn, refreshToken } = refreshable(session)
  const tokens = await oidc.refreshTokenGrant(config, refreshToken)
  // Always take the refresh token of the answer where there is one: a public client's changes at each use.
  session.signedIn = { ...signedIn, ...kept(tokens), refreshToken: tokens.refresh_token ?? refreshToken }
  const { expires_in: expiresInSeconds, scope } = tokens
  session.answer = { title: 'Refreshed', body: { expires_in: expiresInSeconds, scope } }
  return '/'
}

async function userinfo(visit: Visit): Promise<string> {
  const profile = await askUserinfo(visit).catch(async (error: unknown) => {
    // The access token ran out, or was revoked: a fresh one may do.
    const ended = error instanceof oidc.WWWAuthenticateChallengeError && error.status === 401
    if (!ended || !visit.session.signedIn?.refreshToken) throw error
    await refresh(visit)
    return askUserinfo(visit)
  })
  visit.session.answer = { title: 'Userinfo', body: profile }
  return '/'
}

async function askUserinfo({ config, session }: Visit): Promise<oidc.UserInfoResponse> {
  const { signedIn } = session
  if (!signedIn) throw new Error('please sign in first')
  const profile = await oidc.fetchUserInfo(config, signedIn.accessToken, signedIn.claims.sub)
  session.signedIn = { ...signedIn, profile }
  return profile
}

async function callApi(visit: Visit): Promise<string> {
  const { response, body } = await askApi(visit, 'GET', 'balance')
  visit.session.answer = { title: `The resource server says (${response.status})`, body }
  return '/'
}

/** What weighs more may need a better sign-in (RFC 9470): then the browser is sent for one. */
async function transfer(visit: Visit): Promise<string> {
  const { response, body } = await askApi(visit, 'POST', 'transfers')
  const asked = stepUpOf(response)
  if (asked) return departure(visit, asked)
  visit.session.answer = { title: `The resource server says (${response.status})`, body }
  return '/'
}

/** An access token is good for one audience: the one for the API is another than the one for userinfo (RFC 8707). */
async function askApi({ settings: { api }, config, session }: Visit, method: string, path: string) {
  if (!api) throw new Error('no resource server is configured')
  const { refreshToken } = refreshable(session)
  const tokens = await oidc.refreshTokenGrant(config, refreshToken, { resource: api.identifier })
  const url = new URL(path, api.identifier).href
  const startedAtMs = Date.now()
  const response = await fetch(url, { method, headers: { Authorization: `Bearer ${tokens.access_token}` } })
  const body: unknown = await response.json().catch(() => 'no JSON')
  const ms = Date.now() - startedAtMs
  session.exchanges.push({ what: `${method} ${url} (the resource server)`, status: response.status, ms })
  return { response, body }
}

async function signOut({ settings, config, session }: Visit): Promise<string> {
  const { signedIn } = session
  session.signedIn = undefined
  session.answer = undefined
  session.exchanges = []
  if (!signedIn) return '/'
  const back = { post_logout_redirect_uri: `${settings.publicUrl}/`, id_token_hint: signedIn.idToken }
  return oidc.buildEndSessionUrl(config, back).href
}

function refreshable({ signedIn }: Session) {
  if (!signedIn?.refreshToken) throw new Error('please sign in first')
  return { signedIn, refreshToken: signedIn.refreshToken }
}

function kept({
  access_token: accessToken,
  refresh_token: refreshToken,
  scope = '',
  expires_in: seconds = 0,
}: Tokens) {
  return { accessToken, refreshToken, scope, expiresAtMs: Date.now() + seconds * 1000 }
}

function failed(session: Session, error: unknown): string {
  const { message, ...details } = error instanceof Error ? error : new Error(String(error))
  const { error: code, error_description: description } = details as Record<string, unknown>
  // The refresh token is good for nothing any more: signed out elsewhere, taken back, or too old.
  if (code === 'invalid_grant') session.signedIn = undefined
  const body = { message, error: code, error_description: description }
  session.answer = { title: WORDS[String(code)] ?? 'That did not work', body }
  return '/'
}

/** What people read first; the error itself is for developers. */
const WORDS: Record<string, string> = {
  access_denied: 'You did not allow it',
  invalid_grant: 'That sign-in has ended. Please sign in again',
}

/** The request that an exchange belongs to. */
const visiting = new AsyncLocalStorage<Session>()

/** Notes what was asked: never what was sent, which holds secrets. */
const recordingFetch: oidc.CustomFetch = async (url, options) => {
  const startedAtMs = Date.now()
  const response = await fetch(url, options as RequestInit)
  const exchange = { status: response.status, ms: Date.now() - startedAtMs }
  visiting.getStore()?.exchanges.push({ what: `${options.method} ${new URL(url).pathname}`, ...exchange })
  return response
}
