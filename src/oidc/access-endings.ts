/** Carries what was ended in SQL over to the grant store: sessions, and the grants that hang on them. */
import type { RevokeAccess } from '../accounts/ended-access.ts'
import type { Clock } from '../platform/clock.ts'
import type { GrantStore } from './store/grant-store.ts'
import { endSession, revokeGrant, revokeGrantByDigest } from './store/revocation.ts'

type Needs = { store: GrantStore; clock: Clock }

/** Everything at once: for an account that is disabled, deleted, or signed out everywhere. */
export function createRevokeAccess(needs: Needs): RevokeAccess {
  return async ({ sessionUids, grantIdDigests }) => {
    await Promise.all([
      ...sessionUids.map((uid) => endSession(needs, uid)),
      ...grantIdDigests.map((grantIdDigest) => revokeGrantByDigest(needs, grantIdDigest)),
    ])
  }
}

/** One session with what apps got through it; what was granted for offline access stays (OpenID Connect Core §11). */
export async function endSessionAndGrants(needs: Needs, uid: string): Promise<void> {
  const ended = await endSession(needs, uid)
  const bound = ended.flatMap(({ grantId, persistsLogout }) => (grantId && !persistsLogout ? [grantId] : []))
  await Promise.all(bound.map((grantId) => revokeGrant(needs, grantId)))
}
