/** Which web pages may call the endpoints for a client (CORS): those of the origins that the client registered. */
import type { KoaContextWithOIDC } from 'oidc-provider'

type KnownClient = { clientAuthMethod?: string; redirectUris?: readonly string[]; cors_origins?: unknown }

/**
 * `cors_origins` where they are registered. Otherwise the origins of the redirect addresses: for a public client
 * everywhere, because its pages hold the tokens, and for any client at userinfo.
 */
export function mayCallFromBrowser(ctx: KoaContextWithOIDC, origin: string, client: KnownClient): boolean {
  return origin !== 'null' && originsOf(client, ctx.oidc.route === 'userinfo').includes(origin)
}

/** The origins with pages that may make calls of a client. `anyClient`: those of redirect addresses count for every client. */
export function originsOf(client: KnownClient, anyClient = false): string[] {
  if (Array.isArray(client.cors_origins)) return client.cors_origins as string[]
  if (client.clientAuthMethod !== 'none' && !anyClient) return []
  const origins = (client.redirectUris ?? []).flatMap((uri) => URL.parse(uri)?.origin ?? [])
  return origins.filter((origin) => origin !== 'null')
}
