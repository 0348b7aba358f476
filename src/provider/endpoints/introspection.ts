/** Introspection (RFC 7662): who may ask, which tokens they may see, and what each answer contains. */
import { errors } from 'oidc-provider'
import type { Configuration, KoaContextWithOIDC } from 'oidc-provider'

type Next = () => Promise<unknown>
type Policy = NonNullable<
  NonNullable<NonNullable<Configuration['features']>['introspection']>['allowedPolicy']
>

/**
 * RFC 7662 §2.1: only an authenticated client may introspect, so that nobody can try tokens out. A public client is
 * refused before the token is looked up.
 * @throws errors.InvalidClientAuth
 */
export function refuseUnproven({ oidc }: KoaContextWithOIDC, next: Next): Promise<unknown> {
  if (oidc.client?.clientAuthMethod === 'none')
    throw new errors.InvalidClientAuth('a public client may not introspect')
  return next()
}

/**
 * Shows a token to its own client and to the resource server in its audience, and to nobody else (RFC 7662 §4).
 * `findResource`: the resource server of an audience, with the client that it introspects as.
 */
export function mayIntrospect(
  findResource: (identifier: string) => Promise<{ clientId: string } | undefined>,
): Policy {
  return async (ctx, client, token) => {
    if (token.clientId === client.clientId) return true
    const audience = 'aud' in token ? token.aud : undefined
    if (typeof audience !== 'string') return false
    if ((await findResource(audience))?.clientId !== client.clientId) return false
    // A client's tokens end when the client is deleted or disabled.
    return (await ctx.oidc.provider.Client.find(token.clientId ?? '')) !== undefined
  }
}

/**
 * Adds `scope` to every active token, and `sub` to a token that a client got for itself. That `sub` is the client, as
 * in its JWT (RFC 9068 §2.2). It runs before the answer is signed.
 */
export async function completeIntrospection(ctx: KoaContextWithOIDC, next: Next): Promise<void> {
  await next()
  const body = ctx.body as Record<string, unknown>
  if (body['active'] !== true) return
  const own = ctx.oidc.entities.ClientCredentials !== undefined
  ctx.body = { ...(own && { sub: body['client_id'] }), scope: '', ...definedIn(body) }
}

function definedIn(body: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined))
}
