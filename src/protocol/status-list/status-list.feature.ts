/**
 * Mounts status lists (draft-ietf-oauth-status-list), where resource servers see which JWT access tokens are revoked.
 * Owns the tables `status_lists` and `status_entries`; `grant-store/status-entries.ts` writes their rows.
 */
import type { Feature } from '../../feature.ts'
import { listIds } from '../../grant-store/status-entries.ts'
import { STATUS_LISTS_PATH } from '../../provider/endpoints/addresses.ts'
import { signOwnJwt } from '../../provider/library/library.ts'
import type { Services } from '../../services.ts'
import { createPlaceAllocator } from './place-allocator.ts'
import { revokeStatuses } from './revoked-statuses.ts'
import { statusClaim } from './status-claim.ts'
import { createStatusDocuments } from './status-document.ts'
import { statusListRoutes } from './status-list.routes.ts'

export function statusList({ db, clock, store, config }: Services): Feature {
  const aggregationAddress = `${config.issuer}${STATUS_LISTS_PATH}`
  const addressOf = (listId: string) => `${aggregationAddress}/${listId}`
  const places = createPlaceAllocator(db, clock)
  const signing = { alg: config.tokens.tokenAlgorithm, typ: 'statuslist+jwt' }
  return {
    protocol: () => ({
      metadata: { status_list_aggregation_endpoint: aggregationAddress },
      tokenClaims: statusClaim({ db, clock, store }, places, addressOf),
    }),
    endpoints({ oidc }) {
      const sign = (claims: Record<string, unknown>) => signOwnJwt(oidc.current(), claims, signing)
      const documents = createStatusDocuments({ db, clock }, addressOf, sign)
      return [statusListRoutes(documents, async () => (await listIds(db)).map(addressOf))]
    },
    onEnd: revokeStatuses(db),
  }
}
