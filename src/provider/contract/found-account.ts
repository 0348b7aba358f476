/** The account of a request, as `findAccount` answered it to the library, which knows it by its own type. */
import type { Account as LibraryAccount, KoaContextWithOIDC } from 'oidc-provider'
import type { CachedAccount } from '../../account-cache/known-account.ts'

export type ProviderAccount = LibraryAccount & { account: CachedAccount; emailVerified: boolean }

/** Nothing while nobody is signed in. */
export function foundAccount({ oidc }: KoaContextWithOIDC): ProviderAccount | undefined {
  return oidc.account as ProviderAccount | undefined
}
