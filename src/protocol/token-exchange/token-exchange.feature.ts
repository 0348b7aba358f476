/** Token exchange (RFC 8693) for clients that an operator allowed to. Table `token_exchange_rules`. */
import type { Feature } from '../../feature.ts'
import { createPairwiseSubjects } from '../../provider/subjects/pairwise.ts'
import type { Services } from '../../services.ts'
import { markIdTokens } from './id-token-binding.ts'
import { tokenExchangeGrant } from './token-exchange.ts'

export function tokenExchange(services: Services): Feature {
  const subjects = createPairwiseSubjects(services.config.keys.index)
  return {
    protocol: () => ({
      grants: [tokenExchangeGrant({ ...services, subjects })],
      // What a token was made with is among its claims.
      tokenClaims: ({ extra }) => extra,
      install: markIdTokens,
    }),
  }
}
