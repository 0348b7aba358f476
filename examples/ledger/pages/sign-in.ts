/**
 * Signing in at the account server: the authorization code flow with PKCE. Each attempt has a cookie with what has
 * to be remembered until the browser comes back, so that several tabs do not disturb each other.
 */
import type { Context } from 'koa'
import * as oidc from 'openid-client'
import type { Provider } from '../access/provider.ts'

export type SignInNeeds = { provider: Provider; publicUrl: string }

export type SignedIn = { sub: string; name: string; idToken: string }

const TEN_MINUTES_MS = 600_000
const STATE = /^[\w-]{1,100}$/

/** Where the browser goes to sign in. */
export async function depart(ctx: Context, { provider, publicUrl }: SignInNeeds): Promise<string> {
  const config = await provider()
  const [verifier, state, nonce] = [oidc.randomPKCECodeVerifier(), oidc.randomState(), oidc.randomNonce()]
  ctx.cookies.set(cookieOf(state), `${verifier}.${nonce}`, {
    ...cookieOptions(publicUrl),
    path: '/callback',
    maxAge: TEN_MINUTES_MS,
  })
  return oidc.buildAuthorizationUrl(config, {
    redirect_uri: `${publicUrl}/callback`,
    scope: 'openid profile email',
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
  }).href
}

/**
 * Who came back; nothing when this browser did not begin that sign-in, or has finished it.
 * @throws what openid-client throws when the account server or the person refused
 */
export async function arrive(
  ctx: Context,
  { provider, publicUrl }: SignInNeeds,
): Promise<SignedIn | undefined> {
  const url = new URL(ctx.url, publicUrl)
  const state = url.searchParams.get('state') ?? ''
  const kept = STATE.test(state) ? ctx.cookies.get(cookieOf(state)) : undefined
  if (!kept) return undefined
  ctx.cookies.set(cookieOf(state), null, { ...cookieOptions(publicUrl), path: '/callback' })
  const [pkceCodeVerifier = '', expectedNonce = ''] = kept.split('.')
  const config = await provider()
  const tokens = await oidc.authorizationCodeGrant(config, url, {
    pkceCodeVerifier,
    expectedState: state,
    expectedNonce,
    idTokenExpected: true,
  })
  const { sub } = tokens.claims() ?? { sub: '' }
  const profile = await oidc.fetchUserInfo(config, tokens.access_token, sub)
  const name = profile.email ?? profile.preferred_username ?? profile.name ?? sub
  return { sub, name: name.slice(0, 255), idToken: tokens.id_token ?? '' }
}

/** Where the browser goes to end the session at the account server as well. */
export async function leave({ provider, publicUrl }: SignInNeeds, idToken: string): Promise<string> {
  return oidc.buildEndSessionUrl(await provider(), {
    post_logout_redirect_uri: `${publicUrl}/`,
    id_token_hint: idToken,
  }).href
}

export function cookieOptions(publicUrl: string) {
  // Koa would refuse to set a secure cookie behind a proxy that ends TLS, where it sees plain http.
  return { httpOnly: true, sameSite: 'lax', secure: publicUrl.startsWith('https:'), overwrite: true } as const
}

function cookieOf(state: string): string {
  return `ledger_departure_${state}`
}
