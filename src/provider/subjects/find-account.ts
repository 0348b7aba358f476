/** Turns an account into what the provider library needs of it, or into nothing when it may no longer act. */
import type { Account as LibraryAccount, FindAccount, KoaContextWithOIDC } from 'oidc-provider'
import { claimsOf, findAccountById } from '../../accounts/account.ts'
import type { Account, AccountClaims } from '../../accounts/account.ts'
import { SECOND_MS } from '../../platform/clock.ts'
import type { Db } from '../../platform/sql/database.ts'
import { claimsForIdToken } from '../grants/id-token-claims.ts'

export type ProviderAccount = LibraryAccount & { account: Account; emailVerified: boolean }

/** Whether ID tokens hold the claims of the scopes, where the client does not say. */
type Rules = { scopeClaimsInIdToken: boolean }

/**
 * An account that is disabled, deleted, or whose sessions were ended after `issuedAt` is not found. That check reads SQL
 * each time, so that it holds even when the grant store has lost the revocation.
 */
export function createFindAccount(db: Db, { scopeClaimsInIdToken }: Rules): FindAccount {
  return async (ctx, sub, token) => {
    const account = await findAccountById(db, sub)
    if (!account || account.disabledAtMs !== null) return undefined
    const issuedAtSeconds = token && 'iat' in token ? grantedAtSeconds(token) : signedInAtSeconds(ctx)
    if (issuedAtSeconds !== undefined && isEnded(account, issuedAtSeconds)) return undefined
    return toProviderAccount(ctx, account, scopeClaimsInIdToken)
  }
}

/** True when every session of the account was ended after this moment (whole seconds, as tokens carry them). */
export function isEnded(account: Pick<Account, 'sessionsValidFromMs'>, issuedAtSeconds: number): boolean {
  return issuedAtSeconds < Math.floor(account.sessionsValidFromMs / SECOND_MS)
}

function toProviderAccount(
  ctx: KoaContextWithOIDC,
  account: Account,
  scopeClaimsInIdToken: boolean,
): ProviderAccount {
  return {
    accountId: account.id,
    account,
    emailVerified: account.emailVerifiedAtMs !== null,
    claims(use, scope, asked) {
      const available = claimsFor(ctx, account, scope)
      const rules = { asked, byDefault: scopeClaimsInIdToken }
      return use === 'id_token' ? claimsForIdToken(ctx, available, rules) : available
    },
  }
}

/** An app that knows people by a subject of its own does not learn their address under another name. */
function claimsFor({ oidc }: KoaContextWithOIDC, account: Account, scope = ''): AccountClaims {
  const claims = claimsOf(account)
  if (oidc.client?.subjectType !== 'pairwise' || scope.split(' ').includes('email')) return claims
  const { preferred_username: _address, ...others } = claims
  return account.username === null ? others : claims
}

type Token = { kind?: string; iat?: number; authTime?: number }

/** When the person stood behind it. What waits for an answer is older than the sign-in that gave it. */
function grantedAtSeconds({ kind, iat, authTime }: Token): number | undefined {
  const waited = kind === 'DeviceCode' || kind === 'BackchannelAuthenticationRequest'
  return waited ? authTime : iat
}

function signedInAtSeconds(ctx: KoaContextWithOIDC): number | undefined {
  return ctx.oidc.session?.loginTs
}
