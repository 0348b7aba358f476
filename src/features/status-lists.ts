/** Puts status lists together: where places come from, who signs, and under which addresses lists are published. */
import type Provider from 'oidc-provider'
import { STATUS_LISTS_PATH } from '../provider/endpoints/addresses.ts'
import { signOwnJwt } from '../provider/library/library.ts'
import type { Oidc } from '../provider/current-provider.ts'
import { createPlaceAllocator } from '../protocol/status-list/place-allocator.ts'
import { installOwnAccessTokens } from '../provider/subjects/own-access-token.ts'
import { installStatusClaim } from '../protocol/status-list/status-claim.ts'
import { createStatusDocuments } from '../protocol/status-list/status-document.ts'
import { listIds } from '../grant-store/status-entries.ts'
import { statusListRoutes } from '../protocol/status-list/status-list.routes.ts'
import type { Parts } from '../process/parts.ts'

export type StatusLists = ReturnType<typeof createStatusLists>

export function createStatusLists({ db, clock, store, config }: Parts) {
  const aggregationAddress = `${config.issuer}${STATUS_LISTS_PATH}`
  const addressOf = (listId: string) => `${aggregationAddress}/${listId}`
  const places = createPlaceAllocator({ db, clock })
  const signing = { alg: config.tokens.algorithm, typ: 'statuslist+jwt' }
  return {
    install(provider: Provider) {
      installStatusClaim(provider, { db, clock, store, places, addressOf, aggregationAddress })
      installOwnAccessTokens(provider, { db, store })
    },
    routes(oidc: Oidc) {
      const sign = (claims: Record<string, unknown>) => signOwnJwt(oidc.current(), claims, signing)
      return statusListRoutes({
        documents: createStatusDocuments({ db, clock, addressOf, sign }),
        addresses: async () => (await listIds(db)).map(addressOf),
      })
    },
  }
}
