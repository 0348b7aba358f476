/** How long sessions, grants and tokens live, all in seconds, and what caps what. */
import type { Configuration } from 'oidc-provider'
import { requestSeconds } from './ciba/ciba.ts'

const MINUTE_SECONDS = 60

export type Lifetimes = {
  accessTokenSeconds: number
  refreshTokenSeconds: number
  authorizationCodeSeconds: number
  interactionSeconds: number
  sessionIdleSeconds: number
  sessionAbsoluteSeconds: number
}

/** As the library takes them. */
export function libraryLifetimes(given: Lifetimes): Configuration['ttl'] {
  const accessToken = (_ctx: unknown, token: { resourceServer?: { accessTokenTTL?: number } }) =>
    token.resourceServer?.accessTokenTTL ?? given.accessTokenSeconds
  return {
    AccessToken: accessToken,
    ClientCredentials: accessToken,
    AuthorizationCode: given.authorizationCodeSeconds,
    IdToken: given.accessTokenSeconds,
    Interaction: ({ oidc }) => interactionSeconds(given, oidc.session?.accountId),
    // A rotated token inherits what its predecessor had left, so that rotation never prolongs a sign-in.
    RefreshToken: (ctx, token) =>
      ctx.oidc.entities.RotatedRefreshToken?.remainingTTL ?? refreshSeconds(given, token),
    Grant: grantLifetimeSeconds(given),
    Session: (_ctx, session) => sessionSeconds(given, session.loginTs),
    DeviceCode: 10 * MINUTE_SECONDS,
    BackchannelAuthenticationRequest: (ctx) => requestSeconds(ctx),
  }
}

/** Anybody can open a sign-in page; one that is lost starts again by itself. */
const ANONYMOUS_INTERACTION_SECONDS = 20 * MINUTE_SECONDS

function interactionSeconds(given: Lifetimes, accountId: string | undefined): number {
  if (accountId !== undefined) return given.interactionSeconds
  return Math.min(given.interactionSeconds, ANONYMOUS_INTERACTION_SECONDS)
}

/** A grant's lifetime is fixed when it is made and caps every token under it: the last one is got at the session's end. */
export function grantLifetimeSeconds({ sessionAbsoluteSeconds, refreshTokenSeconds }: Lifetimes): number {
  return sessionAbsoluteSeconds + refreshTokenSeconds
}

/** A refresh token that belongs to a session does not outlive the latest moment that the session can end. */
function refreshSeconds(
  given: Lifetimes,
  token: { expiresWithSession?: boolean; authTime?: number },
): number {
  if (!token.expiresWithSession || token.authTime === undefined) return given.refreshTokenSeconds
  return Math.min(given.refreshTokenSeconds, sessionSeconds(given, token.authTime))
}

/** Seconds a session may still live: idle limit, capped by the absolute one since sign-in. */
export function sessionSeconds(
  given: Lifetimes,
  signedInAtSeconds: number | undefined,
  nowMs = Date.now(),
): number {
  if (signedInAtSeconds === undefined) return given.sessionIdleSeconds
  const left = signedInAtSeconds + given.sessionAbsoluteSeconds - Math.floor(nowMs / 1000)
  return Math.max(1, Math.min(given.sessionIdleSeconds, left))
}
