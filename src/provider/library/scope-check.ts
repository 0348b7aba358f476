/** Which resource servers the library will use for a request, and which texts it accepts as a scope. */
import type { KoaContextWithOIDC } from 'oidc-provider'
import { settingsOf } from './library.ts'

/** RFC 6749 §3.3: words of printable ASCII without quotes and backslashes, separated by one space. */
const SCOPE = /^[\x21\x23-\x5B\x5D-\x7E]+(?: [\x21\x23-\x5B\x5D-\x7E]+)*$/

export function hasDetails({ oidc }: KoaContextWithOIDC): boolean {
  return oidc.params?.['authorization_details'] !== undefined
}

/** True for a list of scopes (RFC 6749 §3.3), and without any. */
export function hasScopeSyntax(scope: unknown): scope is string | undefined {
  return scope === undefined || (typeof scope === 'string' && SCOPE.test(scope))
}

/** The resource servers that the request names or implies. @throws errors.InvalidTarget */
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

function indicators({ oidc }: KoaContextWithOIDC) {
  return settingsOf(oidc.provider).features.resourceIndicators
}
