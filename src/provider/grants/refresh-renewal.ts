/**
 * Extends offline access with use. A refresh token that is not rotated (of a confidential or sender-constrained client)
 * gets a new expiry at each use. A rotated one gets its expiry in `lifetimes.ts`.
 */
import type { KoaContextWithOIDC } from 'oidc-provider'
import type { Clock } from '../../platform/clock.ts'
import { SECOND_MS } from '../../platform/clock.ts'
import type { Grant } from '../library/library.ts'
import { hasOfflineAccess, offlineSeconds } from './lifetimes.ts'
import type { Lifetimes } from './lifetimes.ts'

/** A share of the idle limit, by default a day. A token that is used more often is written once in this time. */
const WRITTEN_AFTER = 1 / 30

export function refreshRenewal(needs: { clock: Clock; lifetimes: Lifetimes }): Grant {
  return {
    type: 'refresh_token',
    async around(ctx, refresh) {
      await refresh(ctx)
      await renew(needs, ctx)
    },
  }
}

/**
 * Writes the token in the same atomic step as the access token that it was used for. Nothing is written when the grant
 * is gone.
 */
async function renew(
  { clock, lifetimes }: { clock: Clock; lifetimes: Lifetimes },
  { oidc: { entities } }: KoaContextWithOIDC,
): Promise<void> {
  const { RefreshToken: token, RotatedRefreshToken: rotated, Grant: grant } = entities
  if (!token || rotated || !hasOfflineAccess(token.scope)) return
  const nowMs = clock()
  const endSeconds = Math.floor(nowMs / SECOND_MS) + offlineSeconds(lifetimes, token, grant, nowMs)
  if (endSeconds - (token.exp ?? 0) < lifetimes.offlineAccessIdleSeconds * WRITTEN_AFTER) return
  token.exp = endSeconds
  await token.save()
}
