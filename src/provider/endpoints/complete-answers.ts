/** Members that clients rely on and that the library leaves out where they are empty. */
import type { KoaContextWithOIDC } from 'oidc-provider'

/**
 * Every token answer has its `scope` (RFC 6749 §5.1 asks for it unless it is what was requested), empty where the token
 * has none.
 */
export function completeTokenAnswer(ctx: KoaContextWithOIDC): void {
  const { body } = ctx as { body: unknown }
  if (!isObject(body) || !('access_token' in body)) return
  ctx.body = { ...body, scope: body['scope'] ?? '' }
}

/**
 * Every active token has a `scope`, and one that a client got for itself has the client as its `sub`, as its JWT has
 * (RFC 9068 §2.2). A step of introspection: runs before its answer is signed.
 */
export async function completeIntrospection(
  ctx: KoaContextWithOIDC,
  next: () => Promise<unknown>,
): Promise<void> {
  await next()
  const { body } = ctx as { body: unknown }
  if (!isObject(body) || body['active'] !== true) return
  const own = ctx.oidc.entities.ClientCredentials !== undefined
  ctx.body = { ...(own && { sub: body['client_id'] }), scope: '', ...definedIn(body) }
}

function definedIn(body: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined))
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Buffer.isBuffer(value)
}
