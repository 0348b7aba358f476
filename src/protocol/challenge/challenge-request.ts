/**
 * The first request of an app at the authorization challenge endpoint. It takes any parameter of an authorization
 * request (draft-ietf-oauth-first-party-apps §4.1): plain, pushed or signed. It is checked completely before anybody
 * types a password.
 */
import { errors } from 'oidc-provider'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { requestedScopes } from '../../provider/grants/grant.ts'
import type { GrantScopes } from '../../provider/grants/grant.ts'
import { grants } from '../../provider/library/library.ts'
import {
  authorizationParameters,
  checkParameters,
  unwrapRequest,
} from '../../provider/library/authorization-request.ts'
import { hasDetails } from '../../provider/library/scope-check.ts'
import type { ChallengeRequest } from './auth-session.ts'
import { settleScope } from '../../provider/checks/scope-request.ts'
import { STEP_FIELDS } from './challenge-steps.ts'

/** RFC 7636 §4.2, of a SHA-256. */
const S256_CHALLENGE = /^[\w-]{43}$/
/** Fields beside the request, also beside one that was pushed or signed. */
const BESIDE = ['auth_session', ...STEP_FIELDS]
/** Fields that carry the request or authenticate the client. */
const CARRIERS = new Set(['client_id', 'request', 'request_uri'])

/** Every field that the endpoint reads. */
export function challengeParameters(ctx: KoaContextWithOIDC): string[] {
  return [...authorizationParameters(ctx), ...BESIDE]
}

/**
 * Checks the parameters of a first request and makes them those of `ctx`. Returns them.
 * @throws errors.OIDCProviderError
 */
export async function readRequest(ctx: KoaContextWithOIDC, jkt?: string): Promise<ChallengeRequest> {
  const params = ctx.oidc.params ?? {}
  assertPushed(ctx)
  const beside = BESIDE.map((name) => [name, params[name]] as const)
  await unwrapRequest(ctx)
  Object.assign(params, Object.fromEntries(beside))
  assertCode(ctx)
  assertProvable(params)
  assertKey(params, jkt)
  if (!hasDetails(ctx)) await settleScope(ctx)
  await checkParameters(ctx)
  // The details decide which resource servers the request is for.
  if (hasDetails(ctx)) await settleScope(ctx)
  await allowedScopes(ctx)
  const names = [...authorizationParameters(ctx)].filter(
    (name) => params[name] !== undefined && !CARRIERS.has(name),
  )
  const request = Object.fromEntries(names.map((name) => [name, params[name]]))
  return { ...request, code_challenge: textOf(params['code_challenge']) ?? '' }
}

/** What the request in `ctx` asks for and the client may have. @throws errors.InvalidScope, errors.InvalidTarget */
export async function allowedScopes(ctx: KoaContextWithOIDC): Promise<GrantScopes> {
  const { provider } = ctx.oidc
  const servers = await grants.resolveRequestedResources(provider, ctx)
  grants.validateClientScope(provider, ctx)
  return requestedScopes(
    ctx,
    servers.map((server) => ({ identifier: server.identifier(), scopes: server.scopes })),
  )
}

/** A parameter that occurs once. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function assertPushed({ oidc: { client, params } }: KoaContextWithOIDC): void {
  if (client?.['requirePushedAuthorizationRequests'] === true && params?.['request_uri'] === undefined)
    throw new errors.InvalidRequest('this client has to push its requests (RFC 9126): send the request_uri')
}

/** RFC 9126 and RFC 9101 require these. A request at this endpoint may omit them. */
function assertCode({ oidc: { client, params = {} } }: KoaContextWithOIDC): void {
  params['response_type'] ??= 'code'
  if (params['response_type'] !== 'code') throw new errors.UnsupportedResponseType()
  const { redirect_uri: redirectUri } = params
  if (redirectUri !== undefined && !client?.redirectUriAllowed(textOf(redirectUri) ?? ''))
    throw new errors.InvalidRequest('redirect_uri is not registered for this client; it may be left out here')
}

function assertProvable(params: Record<string, unknown>): void {
  const challenge = textOf(params['code_challenge'])
  if (challenge === undefined || params['code_challenge_method'] !== 'S256')
    throw new errors.InvalidRequest('code_challenge is required, with code_challenge_method S256')
  if (!S256_CHALLENGE.test(challenge))
    throw new errors.InvalidRequest('code_challenge is not the base64url form of a SHA-256')
}

/** RFC 9449 §10: the code is bound to the proven key or, without a proof, to the named one. */
function assertKey(params: Record<string, unknown>, jkt: string | undefined): void {
  if (jkt !== undefined && (params['dpop_jkt'] ?? jkt) !== jkt)
    throw new errors.InvalidRequest('dpop_jkt names another key than the DPoP proof was made with')
  params['dpop_jkt'] ??= jkt
}
