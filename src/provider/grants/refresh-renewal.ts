/**
 * Offline access that slides with use: a refresh token that stays the same (of a confidential or sender-constrained client)
 * has its end moved when it is used. One that is exchanged at each use gets its end in `lifetimes.ts`.
 */
import type { KoaContextWithOIDC, Provider } from 'oidc-provider'
import type { Clock } from '../../platform/clock.ts'
import { SECOND_MS } from '../../platform/clock.ts'
import { wrapGrantHandler } from '../library/library.ts'
import { hasOfflineAccess, offlineSeconds } from './lifetimes.ts'
import type { Lifetimes } from './lifetimes.ts'

/** Of the idle limit, by default a day: what is used more often is written once in so long. */
const WRITTEN_AFTER = 1 / 30

/** Call once per provider instance. */
export function installRefreshRenewal(
  provider: Provider,
  needs: { clock: Clock; lifetimes: Lifetimes },
): void {
  wrapGrantHandler(provider, 'refresh_token', (refresh) => async (ctx) => {
    await refresh(ctx)
    await renew(needs, ctx)
  })
}

/** The token is written in the same atomic step as the access token that it was used for, and only while its grant is there. */
async function renew(
  { clock, lifetimes }: { clock: Clock; lifetimes: Lifetimes },
  { oidc: { entities } }: KoaContextWithOIDC,
): Promise<void> {
  const { RefreshToken: token, RotatedRefreshToken: rotated, Grant: grant } = entities
  if (!token || rotated || !hasOfflineAccess(token.scope)) return
  const nowMs = clock()
  const endSeconds = Math.floor(nowMs / SECOND_MS) + offlineSeconds(lifetimes, token, grant, nowMs)
  if (endSeconds - (token.exp ?? 0) < lifetimes.offlineIdleSeconds * WRITTEN_AFTER) return
  token.exp = endSeconds
  await token.save()
}
