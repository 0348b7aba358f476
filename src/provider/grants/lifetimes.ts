/** How long sessions, grants and tokens live, in seconds, and which lifetime caps which. */
import type { Configuration } from 'oidc-provider'
import type { Config } from '../../settings/config.ts'

const MINUTE_SECONDS = 60
export const OFFLINE_ACCESS = 'offline_access'

export type Lifetimes = {
  accessTokenSeconds: number
  /** Of a refresh token without offline access. */
  refreshTokenSeconds: number
  /** Offline access ends after this time without use. */
  offlineIdleSeconds: number
  /** Offline access ends this long after the first refresh token in any case. */
  offlineAbsoluteSeconds: number
  authorizationCodeSeconds: number
  interactionSeconds: number
  sessionIdleSeconds: number
  sessionAbsoluteSeconds: number
}

/** Reads the lifetimes from the settings. */
export function lifetimesOf({ tokens, sessions }: Pick<Config, 'tokens' | 'sessions'>): Lifetimes {
  return {
    accessTokenSeconds: tokens.accessTokenSeconds,
    refreshTokenSeconds: tokens.refreshTokenSeconds,
    offlineIdleSeconds: tokens.offlineIdleSeconds,
    offlineAbsoluteSeconds: tokens.offlineAbsoluteSeconds,
    authorizationCodeSeconds: tokens.authorizationCodeSeconds,
    interactionSeconds: sessions.interactionSeconds,
    sessionIdleSeconds: sessions.idleSeconds,
    sessionAbsoluteSeconds: sessions.absoluteSeconds,
  }
}

/** The lifetimes in the library's form. */
export function libraryLifetimes(given: Lifetimes): Configuration['ttl'] {
  const accessToken = (_ctx: unknown, token: { resourceServer?: { accessTokenTTL?: number } }) =>
    token.resourceServer?.accessTokenTTL ?? given.accessTokenSeconds
  return {
    AccessToken: accessToken,
    ClientCredentials: accessToken,
    AuthorizationCode: given.authorizationCodeSeconds,
    IdToken: given.accessTokenSeconds,
    Interaction: ({ oidc }) => interactionSeconds(given, oidc.session?.accountId),
    RefreshToken: ({ oidc: { entities } }, token) =>
      hasOfflineAccess(token.scope)
        ? offlineSeconds(given, token, entities.Grant)
        : // A rotated token keeps the remaining lifetime of its predecessor, so that rotation never prolongs a sign-in.
          (entities.RotatedRefreshToken?.remainingTTL ?? refreshSeconds(given, token)),
    Grant: (_ctx, grant) => grantLifetimeSeconds(given, grant),
    Session: (_ctx, session) => sessionSeconds(given, session.loginTs),
  }
}

/** Anybody can open a sign-in page. One that expired restarts by itself. */
const ANONYMOUS_INTERACTION_SECONDS = 20 * MINUTE_SECONDS

function interactionSeconds(given: Lifetimes, accountId: string | undefined): number {
  if (accountId !== undefined) return given.interactionSeconds
  return Math.min(given.interactionSeconds, ANONYMOUS_INTERACTION_SECONDS)
}

/** True for the scope of a token, a grant or a consent that lasts while the person is away (OpenID Connect Core §11). */
export function hasOfflineAccess(scope: string | undefined): boolean {
  return scope?.split(' ').includes(OFFLINE_ACCESS) === true
}

type ScopedGrant = { openid?: { scope?: string | undefined } | undefined }

export function grantSecondsOf(lifetimes: Lifetimes): (grant: ScopedGrant) => number {
  return (grant) => grantLifetimeSeconds(lifetimes, grant)
}

/**
 * A grant's lifetime is fixed at its creation and caps every token under it. The last token may be issued when the
 * session ends.
 */
export function grantLifetimeSeconds(
  { sessionAbsoluteSeconds, refreshTokenSeconds, offlineAbsoluteSeconds }: Lifetimes,
  { openid }: ScopedGrant,
): number {
  const offline = hasOfflineAccess(openid?.scope) ? offlineAbsoluteSeconds : 0
  return sessionAbsoluteSeconds + Math.max(refreshTokenSeconds, offline)
}

/**
 * Seconds until an unused refresh token with offline access expires. It is the idle limit, capped by the absolute limit
 * since the first of its chain (`iiat`) and by its grant.
 */
export function offlineSeconds(
  { offlineIdleSeconds, offlineAbsoluteSeconds }: Lifetimes,
  { iiat }: { iiat?: number | undefined },
  grant: { exp?: number | undefined } | undefined,
  nowMs = Date.now(),
): number {
  const nowSeconds = Math.floor(nowMs / 1000)
  const ends = [(iiat ?? nowSeconds) + offlineAbsoluteSeconds, grant?.exp ?? Infinity]
  return Math.max(1, Math.min(offlineIdleSeconds, ...ends.map((end) => end - nowSeconds)))
}

/** A refresh token that belongs to a session expires no later than the session can. */
function refreshSeconds(
  given: Lifetimes,
  token: { expiresWithSession?: boolean; authTime?: number },
): number {
  if (!token.expiresWithSession || token.authTime === undefined) return given.refreshTokenSeconds
  return Math.min(given.refreshTokenSeconds, sessionSeconds(given, token.authTime))
}

/** Seconds that a session may still live: the idle limit, capped by the absolute limit since sign-in. */
export function sessionSeconds(
  given: Lifetimes,
  signedInAtSeconds: number | undefined,
  nowMs = Date.now(),
): number {
  if (signedInAtSeconds === undefined) return given.sessionIdleSeconds
  const left = signedInAtSeconds + given.sessionAbsoluteSeconds - Math.floor(nowMs / 1000)
  return Math.max(1, Math.min(given.sessionIdleSeconds, left))
}
