/** Which web pages may call the endpoints for a client (CORS): those of the origins that the client registered. */
import type { KoaContextWithOIDC } from 'oidc-provider'

type KnownClient = { clientAuthMethod?: string; redirectUris?: string[]; cors_origins?: unknown }

/**
 * `cors_origins` where they are registered. Otherwise the origins of the redirect addresses: for a public client
 * everywhere, because its pages hold the tokens, and for any client at userinfo.
 */
export function mayCallFromBrowser(ctx: KoaContextWithOIDC, origin: string, client: KnownClient): boolean {
  if (origin === 'null') return false
  if (Array.isArray(client.cors_origins)) return client.cors_origins.includes(origin)
  if (client.clientAuthMethod !== 'none' && ctx.oidc.route !== 'userinfo') return false
  return (client.redirectUris ?? []).some((uri) => URL.parse(uri)?.origin === origin)
}
