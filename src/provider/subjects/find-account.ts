/** Loads an account for the library, with its claims. An account that may no longer act is not found. */
import type { FindAccount, KoaContextWithOIDC } from 'oidc-provider'
import type { AccountCache } from '../../account-cache/account-cache.ts'
import type { CachedAccount, KnownAccount } from '../../account-cache/known-account.ts'
import { claimsOf } from '../../accounts/account.ts'
import type { AccountClaims } from '../../accounts/account.ts'
import { mayUse } from '../../groups/app-access.ts'
import { SECOND_MS } from '../../platform/clock.ts'
import type { ProviderAccount } from '../contract/found-account.ts'
import { withAddedClaims } from '../grants/added-claims.ts'
import { claimsForIdToken } from '../grants/id-token-claims.ts'

/** `scopeClaimsInIdToken`: the default for claims of the scopes in ID tokens, for clients that do not choose. */
type Rules = { scopeClaimsInIdToken: boolean; issuer: string }

/**
 * Finds no account that is disabled or deleted, or that ended its sessions after `issuedAt`. The account cache is never
 * more than a second behind SQL, so this holds even when the grant store has lost the revocation.
 */
export function createFindAccount(accountCache: AccountCache, rules: Rules): FindAccount {
  return async (ctx, sub, token) => {
    const account = await accountCache.find(sub)
    if (!account || account.disabledAtMs !== null) return undefined
    const issuedAtSeconds = token && 'iat' in token ? grantedAtSeconds(token) : signedInAtSeconds(ctx)
    if (issuedAtSeconds !== undefined && isEnded(account, issuedAtSeconds)) return undefined
    // A token of somebody who left the groups of the app. Without a token, the page in words comes first.
    if (token && !mayUse(ctx.oidc.client, account)) return undefined
    return toProviderAccount(ctx, account, rules)
  }
}

/** True when every session of the account was ended after this moment (in whole seconds, as in tokens). */
export function isEnded(
  account: Pick<KnownAccount, 'sessionsValidFromMs'>,
  issuedAtSeconds: number,
): boolean {
  return issuedAtSeconds < Math.floor(account.sessionsValidFromMs / SECOND_MS)
}

function toProviderAccount(
  ctx: KoaContextWithOIDC,
  account: CachedAccount,
  { scopeClaimsInIdToken, issuer }: Rules,
): ProviderAccount {
  return {
    accountId: account.id,
    account,
    emailVerified: account.emailVerifiedAtMs !== null,
    claims(use, scope, requested) {
      const available = claimsFor(ctx, claimsOf(account, { issuer }), { account, scope })
      const rules = { requested, byDefault: scopeClaimsInIdToken }
      const given = use === 'id_token' ? claimsForIdToken(ctx, available, rules) : available
      return withAddedClaims(given, ctx.oidc.client, account)
    },
  }
}

/** An app with pairwise subjects must not learn the e-mail address as the user name. */
function claimsFor(
  { oidc }: KoaContextWithOIDC,
  claims: AccountClaims,
  { account, scope = '' }: { account: CachedAccount; scope: string | undefined },
): AccountClaims {
  if (oidc.client?.subjectType !== 'pairwise' || scope.split(' ').includes('email')) return claims
  const { preferred_username: _address, ...others } = claims
  return account.username === null ? others : claims
}

type Token = { kind?: string; iat?: number; authTime?: number }

/** The moment of the person's sign-in. A code or token that waits for an answer is newer than the sign-in behind it. */
function grantedAtSeconds({ kind, iat, authTime }: Token): number | undefined {
  const waited = kind === 'DeviceCode' || kind === 'BackchannelAuthenticationRequest'
  return waited ? authTime : iat
}

function signedInAtSeconds(ctx: KoaContextWithOIDC): number | undefined {
  return ctx.oidc.session?.loginTs
}
