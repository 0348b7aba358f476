/** How far the caller of an operation reaches: what the roles of a person allow, or the scopes of a client's own token. */
import { AppError } from '../../platform/errors.ts'
import type { Sql } from '../../platform/sql/database.ts'
import { ADMIN_SCOPES, withIncluded } from './admin-scopes.ts'
import { assertWithin, scopesHeldBy } from './held-scopes.ts'
import type { Bounds } from './held-scopes.ts'

/** `account`: of the person who gave the token; absent for a client's own. */
type Caller = { account?: { id: string } | undefined; scopes: ReadonlySet<string> }

/** For what gives access to others: no role and no client may get more than this. */
export async function boundsOf(sql: Sql, { account, scopes }: Caller): Promise<Bounds> {
  if (account) return scopesHeldBy(sql, account.id)
  const all = withIncluded(scopes)
  return new Set(ADMIN_SCOPES.filter((one) => all.has(one)))
}

/** A role for somebody else takes more than the operation alone. @throws AppError 403 `insufficient_scope`, `beyond_your_roles` */
export async function roleBounds(sql: Sql, caller: Caller): Promise<Bounds> {
  if (!caller.scopes.has('accounts:roles'))
    throw new AppError('insufficient_scope', 403, 'The token lacks the scope accounts:roles.')
  const bounds = await boundsOf(sql, caller)
  assertWithin(bounds, ['accounts:roles'])
  return bounds
}

/**
 * An account that may do more than the person who asks is closed to their changes: with another address or without its second
 * factor it would be theirs. A client has no roles, so its scopes alone count. @throws AppError 403 `beyond_your_roles`
 */
export async function assertMayChange(sql: Sql, { account }: Caller, targetId: string): Promise<void> {
  if (!account || (await mayChange(sql, account.id, targetId))) return
  const message =
    'The roles of this account allow more than yours. Only somebody with the same can change it.'
  throw new AppError('beyond_your_roles', 403, message)
}

export async function mayChange(sql: Sql, callerId: string, targetId: string): Promise<boolean> {
  if (callerId === targetId) return true
  const [mine, theirs] = [await scopesHeldBy(sql, callerId), await scopesHeldBy(sql, targetId)]
  return [...theirs].every((scope) => mine.has(scope))
}
