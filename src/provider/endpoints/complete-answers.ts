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

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Buffer.isBuffer(value)
}
