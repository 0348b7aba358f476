/**
 * The sessions of an account, as its owner sees and ends them. The session itself lives in the grant store; this is the
 * record that survives it, and the place where at most so many may be active.
 */
import { currentActor } from '../events/actor.ts'
import { recordEvent } from '../events/events.ts'
import { inTransaction } from '../platform/sql/database.ts'
import type { Db, Sql } from '../platform/sql/database.ts'
import { MINUTE_MS } from '../platform/clock.ts'
import type { Clock } from '../platform/clock.ts'
import { lockAccount } from '../accounts/account.ts'
import type { AccessEndings } from '../grant-store/access-endings.ts'

export type AccountSession = {
  /** The provider's session `uid`: names the session, opens nothing. */
  uid: string
  accountId: string
  userAgent: string
  ip: string
  /** Authentication methods (RFC 8176) with a blank between; null where they are not known. */
  amr: string | null
  createdAtMs: number
  lastSeenAtMs: number
  /** The absolute limit. */
  expiresAtMs: number
  endedAtMs: number | null
}

const COLUMNS = [
  'uid',
  'accountId',
  'userAgent',
  'ip',
  'amr',
  'createdAtMs',
  'lastSeenAtMs',
  'expiresAtMs',
  'endedAtMs',
] as const

export type NewSession = {
  uid: string
  accountId: string
  userAgent?: string | undefined
  ip: string
  amr?: readonly string[] | undefined
  expiresAtMs: number
}

/**
 * Records a sign-in and ends the oldest active sessions beyond `maxActiveSessions`, in one transaction. Answers the ended ones'
 * uids, which the caller removes from the grant store. Recording a uid again replaces its record.
 */
export async function recordSession(
  db: Db,
  session: NewSession,
  maxActiveSessions: number,
  nowMs: number,
): Promise<string[]> {
  return inTransaction(db, async (trx) => {
    if (!(await lockAccount(trx, session.accountId))) return [session.uid]
    const row: AccountSession = {
      ...session,
      userAgent: Array.from(session.userAgent ?? '')
        .slice(0, 255)
        .join(''),
      amr: session.amr?.join(' ') ?? null,
      createdAtMs: nowMs,
      lastSeenAtMs: nowMs,
      endedAtMs: null,
    }
    const known = await trx('account_sessions').where({ uid: session.uid }).delete()
    await trx('account_sessions').insert(row)
    const { accountId, uid } = session
    const began = { actor: accountId, account_id: accountId, session_id: uid }
    if (known === 0)
      await recordEvent(trx, { type: 'session.started', subject: accountId, data: () => began })
    const active: string[] = await activeSessions(trx, accountId, nowMs).pluck('uid')
    const surplus = active.filter((other) => other !== uid).slice(maxActiveSessions - 1)
    await trx('account_sessions').whereIn('uid', surplus).update({ endedAtMs: nowMs })
    for (const ended of surplus) await recordEnd(trx, accountId, ended, 'too_many_sessions')
    return surplus
  })
}

/** The active sessions, newest first. */
export async function listSessions(sql: Sql, accountId: string, nowMs: number): Promise<AccountSession[]> {
  return activeSessions(sql, accountId, nowMs).select(...COLUMNS)
}

/** The methods of the sign-in that began an active session (`amr`, RFC 8176). `undefined` where nothing says so. */
export async function methodsOfSession(
  sql: Sql,
  accountId: string,
  uid: string,
): Promise<readonly string[] | undefined> {
  const session = await sql<AccountSession>('account_sessions')
    .where({ uid, accountId })
    .whereNull('endedAtMs')
    .first('amr')
  return session?.amr?.split(' ')
}

/** Notes that the session is in use, once a minute at most. */
export async function touchSession(sql: Sql, uid: string, nowMs: number): Promise<void> {
  await sql('account_sessions')
    .where({ uid })
    .whereNull('endedAtMs')
    .where('lastSeenAtMs', '<=', nowMs - MINUTE_MS)
    .update({ lastSeenAtMs: nowMs })
}

/** Ends one session of this account; false for another's, or when it had ended. The caller empties the grant store. */
export async function endSession(
  { db, clock, noteEnded }: { db: Db; clock: Clock } & Pick<AccessEndings, 'noteEnded'>,
  accountId: string,
  uid: string,
): Promise<boolean> {
  return inTransaction(db, async (trx) => {
    const ended = await markEnded(trx, accountId, uid, clock())
    if (ended) await noteEnded(trx, { sessionUids: [uid], grantIdDigests: [] })
    return ended
  })
}

/** The same for a session that is no longer in the grant store, in the caller's transaction. */
export async function markEnded(trx: Sql, accountId: string, uid: string, nowMs: number): Promise<boolean> {
  const ended = await trx('account_sessions')
    .where({ uid, accountId })
    .whereNull('endedAtMs')
    .update({ endedAtMs: nowMs })
  if (ended === 1) await recordEnd(trx, accountId, uid, 'sign_out')
  return ended === 1
}

function recordEnd(trx: Sql, accountId: string, uid: string, how: 'sign_out' | 'too_many_sessions') {
  const actor = how === 'sign_out' ? currentActor(accountId) : 'system'
  const data = () => ({ actor, account_id: accountId, session_id: uid, how })
  return recordEvent(trx, { type: 'session.ended', subject: accountId, data })
}

function activeSessions(sql: Sql, accountId: string, nowMs: number) {
  return sql<AccountSession>('account_sessions')
    .where({ accountId })
    .whereNull('endedAtMs')
    .where('expiresAtMs', '>', nowMs)
    .orderBy([
      { column: 'createdAtMs', order: 'desc' },
      { column: 'uid', order: 'desc' },
    ])
}
