/** Adds the claims that an operator chose for one client. The library knows only claims that every client may ask for. */
import type Provider from 'oidc-provider'
import type { CachedAccount } from '../../account-cache/known-account.ts'
import { customClaimsOf } from '../../clients/claims/custom-claims.ts'
import type { CustomClaims } from '../../clients/claims/custom-claims.ts'
import { replaceMember } from '../library/members.ts'

/** Under this key they wait until the library has chosen among the claims that it knows. */
const ADDED = Symbol('claims of one client')

type Claims = Record<string | symbol, unknown>
type Client = Readonly<Record<string, unknown>> | undefined
type Result = (this: { available: Claims }) => Promise<Record<string, unknown>>

export function withAddedClaims<Given extends object>(
  claims: Given,
  client: Client,
  account: CachedAccount,
): Given {
  const chosen = client?.['custom_claims']
  if (chosen === undefined) return claims
  // Checked when it was registered.
  return { ...claims, [ADDED]: customClaimsOf(chosen as CustomClaims, account) }
}

/** Call it once per provider instance. */
export function installAddedClaims(provider: Provider): void {
  replaceMember(
    provider,
    'Claims#result',
    (result: Result): Result =>
      async function withAdded() {
        const added = this.available[ADDED] as Record<string, unknown> | undefined
        // Of the claims that both have, only `roles` is possible: there an app may want names of its own.
        return { ...(await result.call(this)), ...added }
      },
  )
}
