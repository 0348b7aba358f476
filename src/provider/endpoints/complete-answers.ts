/** Adds members that clients rely on and that the library leaves out when they are empty. */
import type { KoaContextWithOIDC } from 'oidc-provider'

/**
 * Adds `scope` to every token answer, empty where the token has none (RFC 6749 §5.1 requires it unless it is what was
 * requested).
 */
export function completeTokenAnswer(ctx: KoaContextWithOIDC): void {
  const { body } = ctx as { body: unknown }
  if (!isObject(body) || !('access_token' in body)) return
  ctx.body = { ...body, scope: body['scope'] ?? '' }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Buffer.isBuffer(value)
}
