/**
 * Sessions here that began with a sign-in at an upstream: table `upstream_sessions`. A row is made when the person comes back,
 * and gets the session once the sign-in is finished. So a sign-out here can go on there, and one there ends the session here.
 */
import { randomUUID } from 'node:crypto'
import { recordAudit } from '../audit/audit.ts'
import type { AccessEndings } from '../grant-store/access-endings.ts'
import { HOUR_MS } from '../platform/clock.ts'
import { inTransaction, isDuplicate } from '../platform/sql/database.ts'
import type { Db, Sql } from '../platform/sql/database.ts'
import { purgeSome } from '../platform/sql/purge.ts'
import type { Purge } from '../platform/sql/purge.ts'
import type { SealedColumn } from '../platform/sql/reseal.ts'
import { digest } from '../platform/tokens.ts'
import type { Services } from '../services.ts'
import { markEnded } from '../sessions/account-sessions.ts'

/** A sign-in that is not finished by then never is. */
const UNFINISHED_MS = HOUR_MS
/** Longer than a logout token is accepted. */
const REMEMBERED_MS = HOUR_MS
/** A longer one does not fit into the address of a sign-out. */
const LONGEST_ID_TOKEN = 4096

/** What the provider says of its own session. */
export type SessionThere = { sid?: string | undefined; idToken?: string | undefined }

type Row = {
  id: string
  upstreamId: string
  accountId: string
  subjectDigest: string
  sidDigest: string | null
  sessionUid: string | null
  idTokenSealed: string | null
  createdAtMs: number
  expiresAtMs: number
}

/** Answers the id of the row, for `bindUpstreamSession`. */
export async function keepUpstreamSession(
  { db, clock, sealer }: Pick<Services, 'db' | 'clock' | 'sealer'>,
  given: { upstreamId: string; accountId: string; subject: string; there: SessionThere },
): Promise<string> {
  const { upstreamId, accountId, subject, there } = given
  const { sid, idToken = '' } = there
  const id = randomUUID()
  const isKept = idToken !== '' && idToken.length <= LONGEST_ID_TOKEN
  const nowMs = clock()
  await db<Row>('upstream_sessions').insert({
    id,
    upstreamId,
    accountId,
    subjectDigest: digest(subject),
    sidDigest: sid === undefined ? null : digest(sid),
    sessionUid: null,
    idTokenSealed: isKept ? sealer.seal(idToken, contextOf(id)) : null,
    createdAtMs: nowMs,
    expiresAtMs: nowMs + UNFINISHED_MS,
  })
  return id
}

/** The sign-in is finished. A later step of the same request says so again. */
export async function bindUpstreamSession(
  sql: Sql,
  id: string,
  { uid, accountId, expiresAtMs }: { uid: string; accountId: string; expiresAtMs: number },
): Promise<void> {
  await sql<Row>('upstream_sessions')
    .where({ id, accountId })
    .whereNull('sessionUid')
    .update({ sessionUid: uid, expiresAtMs })
}

/** Where a session began; the last of them for a person who signed in again. */
export async function upstreamOfSession(
  sql: Sql,
  sessionUid: string,
): Promise<{ id: string; upstreamId: string } | undefined> {
  return sql<Row>('upstream_sessions')
    .where({ sessionUid })
    .orderBy('createdAtMs', 'desc')
    .first('id', 'upstreamId')
}

/** The ID token of that sign-in; nothing where the provider gave none, or the sign-out is done. */
export async function idTokenOf(
  { db, sealer }: Pick<Services, 'db' | 'sealer'>,
  id: string,
): Promise<string | undefined> {
  const row = await db<Row>('upstream_sessions').where({ id }).first('idTokenSealed')
  return row?.idTokenSealed ? sealer.open(row.idTokenSealed, contextOf(id)) : undefined
}

/** The person has left for the sign-out there. */
export async function forgetUpstreamSession(sql: Sql, id: string): Promise<void> {
  await sql<Row>('upstream_sessions').where({ id }).delete()
}

/** Who signed out at the provider. At least one of `subject` and `sid` is there. */
export type SignedOutThere = {
  upstreamId: string
  /** Of a logout token, which works once. A browser brings none. */
  tokenId?: string | undefined
  subject?: string | undefined
  sid?: string | undefined
  ip?: string | undefined
}

type EndServices = Pick<Services, 'db' | 'clock'> & AccessEndings

/**
 * Ends the sessions that began at the upstream, and uses the token up with them. Answers how many there were; nothing
 * when the token was used before.
 */
export async function endFromUpstream(
  { db, clock, noteEnded, revokeAccess }: EndServices,
  out: SignedOutThere,
): Promise<number | undefined> {
  const ended = await inTransaction(db, async (trx) => {
    const nowMs = clock()
    if (!(await useToken(trx, out, nowMs))) return undefined
    const rows = await sessionsOf(trx, out)
    for (const row of rows) await markOut(trx, row, out, nowMs)
    await trx<Row>('upstream_sessions')
      .whereIn(
        'id',
        rows.map(({ id }) => id),
      )
      .delete()
    const sessionUids = rows.flatMap(({ sessionUid }) => sessionUid ?? [])
    await noteEnded(trx, { sessionUids, grantIdDigests: [] })
    return { sessionUids, count: rows.length }
  })
  if (ended) await revokeAccess({ sessionUids: ended.sessionUids, grantIdDigests: [] })
  return ended?.count
}

async function markOut(
  trx: Sql,
  { sessionUid, accountId }: Pick<Row, 'sessionUid' | 'accountId'>,
  { upstreamId, tokenId, ip }: SignedOutThere,
  atMs: number,
): Promise<void> {
  if (sessionUid === null || !(await markEnded(trx, accountId, sessionUid, atMs))) return
  const detail = { upstream: upstreamId, channel: tokenId === undefined ? 'front' : 'back' }
  const by = { actor: `upstream:${upstreamId}`, ip }
  await recordAudit(trx, { ...by, action: 'session.ended_by_upstream', atMs, accountId, detail })
}

async function useToken(trx: Sql, { upstreamId, tokenId }: SignedOutThere, nowMs: number): Promise<boolean> {
  if (tokenId === undefined) return true
  const tokenDigest = digest(JSON.stringify([upstreamId, tokenId]))
  try {
    await trx('upstream_logouts').insert({ tokenDigest, receivedAtMs: nowMs })
    return true
  } catch (error) {
    if (isDuplicate(error)) return false
    throw error
  }
}

/** With both, the session is that of the subject (OpenID Connect Back-Channel Logout 1.0 §2.7). */
function sessionsOf(trx: Sql, { upstreamId, subject, sid }: SignedOutThere) {
  return trx<Row>('upstream_sessions')
    .where({
      upstreamId,
      ...(subject !== undefined && { subjectDigest: digest(subject) }),
      ...(sid !== undefined && { sidDigest: digest(sid) }),
    })
    .select('id', 'accountId', 'sessionUid')
}

/** One step: answers how many rows it found. */
export async function purgeUpstreamSessions(db: Db, nowMs: number, limit: number): Promise<number> {
  const over: Purge['outdated'] = (rows) => rows.where('expiresAtMs', '<=', nowMs)
  return purgeSome(db, { table: 'upstream_sessions', key: 'id', outdated: over }, limit)
}

/** The same for logout tokens. */
export async function purgeUpstreamLogouts(db: Db, nowMs: number, limit: number): Promise<number> {
  const old: Purge['outdated'] = (rows) => rows.where('receivedAtMs', '<=', nowMs - REMEMBERED_MS)
  return purgeSome(db, { table: 'upstream_logouts', key: 'tokenDigest', outdated: old }, limit)
}

export const SEALED_ID_TOKENS: SealedColumn = {
  what: 'ID tokens of upstreams',
  table: 'upstream_sessions',
  column: 'idTokenSealed',
  key: 'id',
  context: ({ id = '' }) => contextOf(id),
}

function contextOf(id: string): string {
  return `upstream-session:${id}`
}
