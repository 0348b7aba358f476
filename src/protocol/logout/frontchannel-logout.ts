/**
 * OpenID Connect Front-Channel Logout 1.0, which the library lacks. The page after a sign-out loads an address of every
 * app that registered one, with the issuer and the app's session id.
 */
import { errors } from 'oidc-provider'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { isDestroyed } from '../../provider/sessions/recorded-sign-ins.ts'

/** Metadata of the provider (§3). */
export const FRONTCHANNEL_DISCOVERY = {
  frontchannel_logout_supported: true,
  frontchannel_logout_session_supported: true,
}

/** The addresses to load for the session that this request has ended. Empty when it ended none. */
export async function frontchannelAddresses({ oidc }: KoaContextWithOIDC): Promise<string[]> {
  const { session, provider } = oidc
  if (!session?.authorizations || !isDestroyed(session)) return []
  const addresses = await Promise.all(
    Object.entries(session.authorizations).map(async ([clientId, { sid }]) => {
      const client = await provider.Client.find(clientId).catch(unreachable)
      const address = client?.['frontchannel_logout_uri']
      return typeof address === 'string' && sid ? withSession(address, provider.issuer, sid) : undefined
    }),
  )
  return addresses.filter((address) => address !== undefined)
}

/** The one exception to the content policy: frames of exactly these origins, and the script that waits for them. */
export function framePolicy(pagePolicy: string, addresses: readonly string[]): string {
  const origins = [...new Set(addresses.map((address) => new URL(address).origin))]
  return `${pagePolicy.replace(/script-src[^;]*/, "script-src 'self'")}; frame-src ${origins.join(' ')}`
}

// A client with a document may be unavailable. The other clients are notified all the same.
function unreachable(error: unknown): undefined {
  if (!(error instanceof errors.OIDCProviderError)) throw error
}

// Both or neither (§2). Always both here, because an app without the session id could only guess.
function withSession(address: string, issuer: string, sid: string): string {
  const url = new URL(address)
  url.searchParams.set('iss', issuer)
  url.searchParams.set('sid', sid)
  return url.href
}
