/**
 * Ends what an account has open: sessions and grants, in SQL first; the grant store follows after the commit. No trust in a
 * browser outlives it.
 */
import { updateAccount } from '../account-cache/changed-account.ts'
import type { AccessEndings, EndedAccess } from '../grant-store/access-endings.ts'
import type { Sql } from '../platform/sql/database.ts'

/**
 * Ends every session and grant of the account, and kills its pending links. Everything that began before `nowMs` is void
 * from here on, even where the grant store loses the revocation. The account itself is not changed.
 */
export async function endAllAccess(
  needs: Pick<AccessEndings, 'noteEnded'>,
  trx: Sql,
  accountId: string,
  nowMs: number,
): Promise<EndedAccess> {
  await updateAccount(trx, { id: accountId }, { sessionsValidFromMs: nowMs })
  return endSessionsAndGrants(needs, trx, accountId, nowMs)
}

/** Ends every session but one, every grant that does not belong to that one, and revokes pending links. */
export async function endOtherAccess(
  needs: Pick<AccessEndings, 'noteEnded'>,
  trx: Sql,
  accountId: string,
  keptSessionUid: string | undefined,
  nowMs: number,
): Promise<EndedAccess> {
  return endSessionsAndGrants(needs, trx, accountId, nowMs, keptSessionUid)
}

/** Whether a session or grant is in force, besides those of this session. */
export async function hasOpenAccess(
  trx: Sql,
  accountId: string,
  nowMs: number,
  exceptSessionUid = '',
): Promise<boolean> {
  for (const rows of [
    sessionsOf(trx, accountId, exceptSessionUid),
    grantsOf(trx, accountId, exceptSessionUid),
  ])
    if (await rows.where('expiresAtMs', '>', nowMs).first('accountId')) return true
  return false
}

/** Ends the trust in browsers of the account, so that each sign-in takes its second step again. Answers of how many. */
export async function endTrust(
  trx: Sql,
  accountId: string,
  which: { id?: string; secretDigest?: string } = {},
): Promise<number> {
  return trx('trusted_browsers')
    .where({ accountId, ...which })
    .delete()
}

async function endSessionsAndGrants(
  { noteEnded }: Pick<AccessEndings, 'noteEnded'>,
  trx: Sql,
  accountId: string,
  nowMs: number,
  keptSessionUid = '',
): Promise<EndedAccess> {
  // Used ones stay, so that a link opened twice can be explained. A stranger who signed in must not end the owner's ways to
  // say "This was not me", and to take the address back.
  await trx('one_time_tokens')
    .where({ accountId })
    .whereNotIn('purpose', ['disown', 'former_address'])
    .whereNull('usedAtMs')
    .delete()
  await endTrust(trx, accountId)
  const sessionUids: string[] = await sessionsOf(trx, accountId, keptSessionUid).forUpdate().pluck('uid')
  await trx('account_sessions').whereIn('uid', sessionUids).update({ endedAtMs: nowMs })
  const grants: { grantIdDigest: string }[] = await grantsOf(trx, accountId, keptSessionUid)
    .forUpdate()
    .select('grantIdDigest')
  const grantIdDigests = grants.map(({ grantIdDigest }) => grantIdDigest)
  await trx('account_grants').whereIn('grantIdDigest', grantIdDigests).delete()
  const ended = { sessionUids, grantIdDigests }
  await noteEnded(trx, ended)
  return ended
}

function sessionsOf(trx: Sql, accountId: string, exceptUid: string) {
  return trx('account_sessions').where({ accountId }).whereNull('endedAtMs').whereNot({ uid: exceptUid })
}

function grantsOf(trx: Sql, accountId: string, exceptSessionUid: string) {
  return trx('account_grants')
    .where({ accountId })
    .where((rows) => rows.whereNull('sessionUid').orWhereNot({ sessionUid: exceptSessionUid }))
}
