/** Mounts token exchange (RFC 8693) for clients that an operator allowed it. Owns the table `token_exchange_rules`. */
import type { Feature } from '../../feature.ts'
import { createPairwiseSubjects } from '../../provider/subjects/pairwise.ts'
import type { Services } from '../../services.ts'
import { exchangeRulesOperation } from './exchange-operation.ts'
import { MOVED_EXCHANGE_RULES } from './exchange-rules.ts'
import { markIdTokens } from './id-token-binding.ts'
import { tokenExchangeGrant } from './token-exchange.ts'

export function tokenExchange(services: Services): Feature {
  const subjects = createPairwiseSubjects(services.config.keys.index)
  return {
    protocol: () => ({
      grants: [tokenExchangeGrant({ ...services, subjects })],
      // The values that a token is made with become its claims.
      tokenClaims: ({ extra }) => extra,
      install: markIdTokens,
    }),
    api: () => [exchangeRulesOperation(services)],
    moves: [MOVED_EXCHANGE_RULES],
  }
}
