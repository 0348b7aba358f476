/** Runs the library's own checks of an authorization request (RFC 6749, 9101, 9126, 9396) for an endpoint of ours. */
import { errors } from 'oidc-provider'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { library } from './modules.ts'
import { hasScopeSyntax } from './scope-check.ts'

const { assignClaims, checkClaims, checkIdTokenHint } = library.claims
const { loadPushedAuthorizationRequest, pushedAuthorizationRequestResponse } = library.pushed
const { assignDefaults, checkMaxAge, checkPrompt, getAuthorizationParams, rejectRegistration } =
  library.parameters
const { checkOpenidScope, checkRar, processRequestObject } = library

type Check = (ctx: KoaContextWithOIDC, next: () => void) => unknown

const done = () => undefined

/** Every parameter that an authorization request may have here. */
export function authorizationParameters(ctx: KoaContextWithOIDC): ReadonlySet<string> {
  // The same set for each call with this context, because the checks below read it too.
  return getAuthorizationParams(ctx).add('dpop_jkt')
}

/**
 * Replaces the request's parameters by those that were pushed (RFC 9126) or signed (RFC 9101).
 * @throws errors.OIDCProviderError `invalid_request_uri`, `invalid_request_object`, `invalid_request`
 */
export async function unwrapRequest(ctx: KoaContextWithOIDC): Promise<void> {
  for (const check of [loadPushedAuthorizationRequest, processRequestObject]) await check(ctx, done)
}

/** Marks what was pushed as used. @throws errors.OIDCProviderError `invalid_request_uri` for all but the first */
export async function useUpPushed({ oidc }: KoaContextWithOIDC): Promise<void> {
  try {
    await oidc.entities.PushedAuthorizationRequest?.consume()
  } catch (error) {
    if (!(error instanceof errors.InvalidGrant)) throw error
    throw new errors.InvalidRequestUri('request_uri is invalid, expired, or was already used')
  }
}

const CHECKS: readonly Check[] = [
  rejectRegistration,
  assignDefaults,
  checkPrompt,
  checkOpenidScope,
  checkClaims,
  checkRar,
  checkMaxAge,
  checkIdTokenHint,
]

/** Checks everything that does not depend on the person or on the redirect. @throws errors.OIDCProviderError */
export async function checkParameters(ctx: KoaContextWithOIDC): Promise<void> {
  const scope = ctx.oidc.params?.['scope'] as string | undefined
  if (scope !== undefined && !hasScopeSyntax(scope))
    throw new errors.InvalidScope('scope contains invalid characters', scope)
  for (const check of CHECKS) await check(ctx, done)
}

/** The claims that the request asks for (OpenID Connect Core §5.5), with those that other parameters imply. */
export function requestedClaims(ctx: KoaContextWithOIDC): Record<string, unknown> | undefined {
  assignClaims(ctx, done)
  const { claims } = ctx.oidc
  return Object.keys(claims).length > 0 ? { ...claims } : undefined
}

/** The subject of the hint, which this provider signed. `undefined` without a hint. */
export async function hintedSubject(ctx: KoaContextWithOIDC): Promise<string | undefined> {
  await checkIdTokenHint(ctx, done)
  const { payload } = ctx.oidc.entities.IdTokenHint ?? {}
  return typeof payload?.['sub'] === 'string' ? payload['sub'] : undefined
}

/** Stores an authorization request as if the client had pushed it (RFC 9126 §2.2). */
export async function pushRequest(
  ctx: KoaContextWithOIDC,
  requested: Record<string, unknown>,
): Promise<{ request_uri: string; expires_in: number }> {
  const { oidc } = ctx
  const { params, body } = oidc
  // Leaves out the other fields of the request, above all a password.
  Object.assign(oidc, { params: requested, body: {} })
  try {
    await pushedAuthorizationRequestResponse(ctx)
    return ctx.body as { request_uri: string; expires_in: number }
  } finally {
    Object.assign(oidc, { params, body })
  }
}
