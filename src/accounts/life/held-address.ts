/**
 * An address that an account had until a few days ago is kept for it, because its owner may take the change back. No other
 * account gets it meanwhile. And accounts that nobody proved are never in the way of a proof.
 */
import { removeAccount } from '../../account-cache/changed-account.ts'
import { recordAudit } from '../../audit/audit.ts'
import { endAllAccess } from '../../consents/ended-access.ts'
import type { AccessEndings, EndedAccess } from '../../grant-store/access-endings.ts'
import type { Sql } from '../../platform/sql/database.ts'
import { accountColumns, isVerified } from '../account.ts'
import type { Account } from '../account.ts'
import { rolesOf } from '../roles.ts'

/** Whether another account than this one may take the address back. */
export async function isHeld(
  sql: Sql,
  emailCanonical: string,
  accountId: string | undefined,
  nowMs: number,
): Promise<boolean> {
  const held: unknown = await sql('one_time_tokens')
    .where({ emailCanonical, purpose: 'former_address' })
    .whereNull('usedAtMs')
    .where('expiresAtMs', '>', nowMs)
    .whereNot({ accountId: accountId ?? '' })
    .first('digest')
  return held !== undefined
}

/** Another account with this address, locked. */
export async function lockOccupant(
  trx: Sql,
  emailCanonical: string,
  accountId: string,
): Promise<Account | undefined> {
  return trx<Account>('accounts')
    .where({ emailCanonical })
    .whereNot({ id: accountId })
    .forUpdate()
    .first(...accountColumns(trx))
}

/** True for an account that registered itself and never proved its address. An administrator's never counts as one. */
export async function isUnproven(sql: Sql, account: Account): Promise<boolean> {
  return !isVerified(account) && account.selfRegistered && (await rolesOf(sql, account.id)).length === 0
}

/** Removes such an account, in favour of somebody who proved the address. The caller revokes what had ended. */
export async function removeUnproven(
  needs: Pick<AccessEndings, 'noteEnded'>,
  trx: Sql,
  { id }: Account,
  nowMs: number,
): Promise<EndedAccess> {
  const ended = await endAllAccess(needs, trx, id, nowMs)
  await recordAudit(trx, { atMs: nowMs, action: 'account.expired', actor: 'system', accountId: id })
  await removeAccount(trx, id)
  return ended
}
