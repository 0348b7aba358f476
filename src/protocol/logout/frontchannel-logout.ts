/**
 * OpenID Connect Front-Channel Logout 1.0, which the library lacks: the page that a browser sees after signing out loads
 * an address of every app that asked for it, with the issuer and the app's session id.
 */
import { errors } from 'oidc-provider'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { isDestroyed } from '../../provider/sessions/session-record.ts'

/** Metadata of the provider (§3). */
export const FRONTCHANNEL_DISCOVERY = {
  frontchannel_logout_supported: true,
  frontchannel_logout_session_supported: true,
}

/** The addresses to load for the session that this request has ended; none when it ended none. */
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

// A client that describes itself, whose site is away: the others are told all the same.
function unreachable(error: unknown): undefined {
  if (!(error instanceof errors.OIDCProviderError)) throw error
}

// Both or neither (§2): always both, because an app that was not told the session could only guess.
function withSession(address: string, issuer: string, sid: string): string {
  const url = new URL(address)
  url.searchParams.set('iss', issuer)
  url.searchParams.set('sid', sid)
  return url.href
}
