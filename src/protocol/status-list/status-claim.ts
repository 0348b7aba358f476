/** The claim of a JWT access token that names its place in a status list (draft-ietf-oauth-status-list §6.1). */
import { errors } from 'oidc-provider'
import { MINUTE_MS, SECOND_MS } from '../../platform/clock.ts'
import type { ClaimsOf, IssuedToken } from '../../provider/library/library.ts'
import type { Services } from '../../services.ts'
import { grantKey, tagOf } from '../../grant-store/token-ids.ts'
import type { PlaceAllocator } from './place-allocator.ts'
import { recordEntry } from '../../grant-store/status-entries.ts'

/** Verifiers' clocks may be behind, so the place is kept a little longer than the token is valid. */
const SKEW_MS = MINUTE_MS

export function statusClaim(
  { db, clock, store }: Pick<Services, 'db' | 'clock' | 'store'>,
  places: PlaceAllocator,
  addressOf: (listId: string) => string,
): ClaimsOf {
  return (token) => (token.format === 'jwt' ? statusOf(token) : undefined)

  async function statusOf({ grantId, clientId, expiration }: IssuedToken) {
    const { listId, idx } = await places.next()
    const grantTag = grantId === undefined ? null : tagOf(grantId)
    const expiresAtMs = clock() + expiration * SECOND_MS + SKEW_MS
    await recordEntry(db, { listId, idx, grantTag, clientId, expiresAtMs })
    // A revocation that missed this place has already ended the grant.
    if (grantTag !== null && !(await store.readRoot(grantKey(grantTag))))
      throw new errors.InvalidGrant('grant not found')
    return { status: { status_list: { idx, uri: addressOf(listId) } } }
  }
}
