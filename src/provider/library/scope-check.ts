/** The library's check of what a request asks for: a step before it, and the resource servers that it will find. */
import type { KoaContextWithOIDC } from 'oidc-provider'
import authorizationAction from 'oidc-provider/lib/actions/authorization/index.js'
import isValidScope from 'oidc-provider/lib/helpers/is_valid_scope.js'
import instance from 'oidc-provider/lib/helpers/weak_cache.js'
import { isOwn } from './own-providers.ts'

type ResourceIndicators = {
  defaultResource: (ctx: KoaContextWithOIDC, client: object) => string | string[] | undefined
  getResourceServerInfo: (
    ctx: KoaContextWithOIDC,
    identifier: string,
    client: object,
  ) => Promise<{ scope: string }>
}

/** Where a request says what it wants: each of them checks the scope. */
const ROUTES = [
  'authorization',
  'pushed_authorization_request',
  'device_authorization',
  'backchannel_authentication',
] as const

/**
 * Puts a step before the library's check of the scope, in every kind of authorization request. Authorization details say
 * which resource servers are meant, so with those the step comes when they are checked. To be called
 * before a provider is built.
 */
export function beforeScopeCheck(settle: (ctx: KoaContextWithOIDC) => Promise<void>): void {
  const settling = (when: (ctx: KoaContextWithOIDC) => boolean): Step =>
    async function settlingScope(ctx, next) {
      if (isOwn(ctx) && when(ctx)) await settle(ctx)
      return next()
    }
  for (const steps of ROUTES.map(authorizationAction)) {
    if (steps.some(({ name }) => name === 'settlingScope')) continue
    insert(
      steps,
      'checkScope',
      settling((ctx) => !hasDetails(ctx)),
    )
    insert(steps, 'checkResource', settling(hasDetails))
  }
}

type Step = (ctx: KoaContextWithOIDC, next: () => Promise<unknown>) => unknown

function insert(steps: Step[], before: string, step: Step): void {
  const at = steps.findIndex(({ name }) => name === before)
  if (at < 0) throw new TypeError(`an authorization request has no step ${before}`)
  steps.splice(at, 0, step)
}

export function hasDetails({ oidc }: KoaContextWithOIDC): boolean {
  return oidc.params?.['authorization_details'] !== undefined
}

/** True for a list of scopes (RFC 6749 §3.3), and where there is none. */
export function hasScopeSyntax(scope: unknown): scope is string | undefined {
  return isValidScope(scope)
}

/** The resource servers that the request names, or means. @throws errors.InvalidTarget */
export function resourcesOf(ctx: KoaContextWithOIDC): string[] {
  const { params, client } = ctx.oidc
  const named = params?.['resource'] as string | string[] | undefined
  return [named ?? indicators(ctx).defaultResource(ctx, client ?? {}) ?? []].flat()
}

/** The scopes that the client may have at a resource server. @throws errors.InvalidTarget */
export async function scopesAt(ctx: KoaContextWithOIDC, identifier: string): Promise<string[]> {
  const { scope } = await indicators(ctx).getResourceServerInfo(ctx, identifier, ctx.oidc.client ?? {})
  return scope.split(' ').filter(Boolean)
}

function indicators({ oidc }: KoaContextWithOIDC): ResourceIndicators {
  const { configuration } = instance(oidc.provider) as Internals
  return configuration.features.resourceIndicators
}

type Internals = { configuration: { features: { resourceIndicators: ResourceIndicators } } }
