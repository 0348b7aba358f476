/** How long sessions, grants and tokens live, in seconds, and which lifetime caps which. */
import type { Configuration } from 'oidc-provider'
import type { Config } from '../../settings/config.ts'

const MINUTE_SECONDS = 60
export const OFFLINE_ACCESS = 'offline_access'

export type Lifetimes = {
  accessTokenExpireSeconds: number
  /** Of a refresh token without offline access. */
  refreshTokenExpireSeconds: number
  /** Offline access ends after this time without use. */
  offlineAccessIdleSeconds: number
  /** Offline access ends this long after the first refresh token in any case. */
  offlineAccessAbsoluteSeconds: number
  authorizationCodeExpireSeconds: number
  interactionExpireSeconds: number
  sessionIdleSeconds: number
  sessionAbsoluteSeconds: number
}

/** Reads the lifetimes from the settings. */
export function lifetimesOf({ tokens, sessions }: Pick<Config, 'tokens' | 'sessions'>): Lifetimes {
  return {
    accessTokenExpireSeconds: tokens.accessTokenExpireSeconds,
    refreshTokenExpireSeconds: tokens.refreshTokenExpireSeconds,
    offlineAccessIdleSeconds: tokens.offlineAccessIdleSeconds,
    offlineAccessAbsoluteSeconds: tokens.offlineAccessAbsoluteSeconds,
    authorizationCodeExpireSeconds: tokens.authorizationCodeExpireSeconds,
    interactionExpireSeconds: sessions.interactionExpireSeconds,
    sessionIdleSeconds: sessions.sessionIdleSeconds,
    sessionAbsoluteSeconds: sessions.sessionAbsoluteSeconds,
  }
}

/** The lifetimes in the library's form. */
export function libraryLifetimes(lifetimes: Lifetimes): Configuration['ttl'] {
  const accessToken = (_ctx: unknown, token: { resourceServer?: { accessTokenTTL?: number } }) =>
    token.resourceServer?.accessTokenTTL ?? lifetimes.accessTokenExpireSeconds
  return {
    AccessToken: accessToken,
    ClientCredentials: accessToken,
    AuthorizationCode: lifetimes.authorizationCodeExpireSeconds,
    IdToken: lifetimes.accessTokenExpireSeconds,
    Interaction: ({ oidc }) => interactionSeconds(lifetimes, oidc.session?.accountId),
    RefreshToken: ({ oidc: { entities } }, token) =>
      hasOfflineAccess(token.scope)
        ? offlineSeconds(lifetimes, token, entities.Grant)
        : // A rotated token keeps the remaining lifetime of its predecessor, so that rotation never prolongs a sign-in.
          (entities.RotatedRefreshToken?.remainingTTL ?? refreshSeconds(lifetimes, token)),
    Grant: (_ctx, grant) => grantLifetimeSeconds(lifetimes, grant),
    Session: (_ctx, session) => sessionSeconds(lifetimes, session.loginTs),
  }
}

/** Anybody can open a sign-in page. One that expired restarts by itself. */
const ANONYMOUS_INTERACTION_SECONDS = 20 * MINUTE_SECONDS

function interactionSeconds(lifetimes: Lifetimes, accountId: string | undefined): number {
  if (accountId !== undefined) return lifetimes.interactionExpireSeconds
  return Math.min(lifetimes.interactionExpireSeconds, ANONYMOUS_INTERACTION_SECONDS)
}

/** True for the scope of a token, a grant or a consent that lasts while the person is away (OpenID Connect Core §11). */
export function hasOfflineAccess(scope: string | undefined): boolean {
  return scope?.split(' ').includes(OFFLINE_ACCESS) === true
}

type ScopedGrant = { openid?: { scope?: string | undefined } | undefined }

/**
 * A grant's lifetime is fixed at its creation and caps every token under it. The last token may be issued when the
 * session ends.
 */
export function grantLifetimeSeconds(
  { sessionAbsoluteSeconds, refreshTokenExpireSeconds, offlineAccessAbsoluteSeconds }: Lifetimes,
  { openid }: ScopedGrant,
): number {
  const offline = hasOfflineAccess(openid?.scope) ? offlineAccessAbsoluteSeconds : 0
  return sessionAbsoluteSeconds + Math.max(refreshTokenExpireSeconds, offline)
}

/**
 * Seconds until an unused refresh token with offline access expires. It is the idle limit, capped by the absolute limit
 * since the first of its chain (`iiat`) and by its grant.
 */
export function offlineSeconds(
  { offlineAccessIdleSeconds, offlineAccessAbsoluteSeconds }: Lifetimes,
  { iiat }: { iiat?: number | undefined },
  grant: { exp?: number | undefined } | undefined,
  nowMs = Date.now(),
): number {
  const nowSeconds = Math.floor(nowMs / 1000)
  const ends = [(iiat ?? nowSeconds) + offlineAccessAbsoluteSeconds, grant?.exp ?? Infinity]
  return Math.max(1, Math.min(offlineAccessIdleSeconds, ...ends.map((end) => end - nowSeconds)))
}

/** A refresh token that belongs to a session expires no later than the session can. */
function refreshSeconds(
  lifetimes: Lifetimes,
  token: { expiresWithSession?: boolean; authTime?: number },
): number {
  if (!token.expiresWithSession || token.authTime === undefined) return lifetimes.refreshTokenExpireSeconds
  return Math.min(lifetimes.refreshTokenExpireSeconds, sessionSeconds(lifetimes, token.authTime))
}

/** Seconds that a session may still live: the idle limit, capped by the absolute limit since sign-in. */
export function sessionSeconds(
  lifetimes: Lifetimes,
  signedInAtSeconds: number | undefined,
  nowMs = Date.now(),
): number {
  if (signedInAtSeconds === undefined) return lifetimes.sessionIdleSeconds
  const left = signedInAtSeconds + lifetimes.sessionAbsoluteSeconds - Math.floor(nowMs / 1000)
  return Math.max(1, Math.min(lifetimes.sessionIdleSeconds, left))
}
