/**
 * The table `backchannel_requests`: requests for access that wait for a person (OpenID CIBA). This file makes sure that
 * each is answered once. The grant store holds what the client polls, and `answer-request.ts` makes the grant.
 */
import { z } from 'zod'
import { DAY_MS } from '../../platform/clock.ts'
import type { Db, Sql } from '../../platform/sql/database.ts'
import { purgeSome } from '../../platform/sql/purge.ts'
import type { Purge } from '../../platform/sql/purge.ts'
import type { SealedColumn } from '../../platform/sql/reseal.ts'
import { digest } from '../../platform/tokens.ts'
import type { Sealer } from '../../platform/tokens.ts'

export type BackchannelRequest = {
  /** Identifies the request, but gives no access. */
  requestDigest: string
  accountId: string
  clientId: string
  scope: string
  /** Resource servers that it names (RFC 8707). */
  resources: string[]
  bindingMessage: string | null
  /** What the sign-in of the person needs to allow it; null for any. */
  level: string | null
  createdAtMs: number
  expiresAtMs: number
}

export type NewBackchannelRequest = Omit<BackchannelRequest, 'requestDigest'> & {
  /** The `auth_req_id` that the client polls with. */
  requestId: string
  /** The token that the client expects in a notification (ping mode). */
  notificationToken: string | undefined
}

export type Answer = 'approved' | 'denied'

const COLUMNS = [
  'requestDigest',
  'accountId',
  'clientId',
  'scope',
  'resources',
  'bindingMessage',
  'level',
  'createdAtMs',
  'expiresAtMs',
] as const

/** How long an ended request stays in the table. */
const MEMORY_MS = DAY_MS

export async function recordRequest(sql: Sql, sealer: Sealer, request: NewBackchannelRequest): Promise<void> {
  const { requestId, notificationToken, resources, ...plain } = request
  const requestDigest = digest(requestId)
  await sql('backchannel_requests').insert({
    ...plain,
    requestDigest,
    requestIdSealed: sealer.seal(requestId, requestSealContext('id', requestDigest)),
    notificationTokenSealed:
      notificationToken === undefined
        ? null
        : sealer.seal(notificationToken, requestSealContext('token', requestDigest)),
    resources: JSON.stringify(resources),
    state: 'pending',
  })
}

/** The open requests of an account, newest first. */
export async function listOpenRequests(
  sql: Sql,
  accountId: string,
  nowMs: number,
): Promise<BackchannelRequest[]> {
  const rows: Row[] = await sql('backchannel_requests')
    .select(...COLUMNS)
    .where({ accountId, state: 'pending' })
    .where('expiresAtMs', '>', nowMs)
    .orderBy('createdAtMs', 'desc')
    .limit(100)
  return rows.map(toRequest)
}

export type Claimed = BackchannelRequest & { requestId: string }

/** Claims an open request for one answer: only for the account that it is for, and only once. */
export async function claimRequest(
  db: Db,
  sealer: Sealer,
  { requestDigest, accountId, answer, nowMs }: Claim,
): Promise<Claimed | undefined> {
  const claimed = await db('backchannel_requests')
    .where({ requestDigest, accountId, state: 'pending' })
    .where('expiresAtMs', '>', nowMs)
    .update({ state: answer, answeredAtMs: nowMs })
  if (claimed !== 1) return undefined
  const row: (Row & { requestIdSealed: string }) | undefined = await db('backchannel_requests')
    .where({ requestDigest, accountId })
    .first(...COLUMNS, 'requestIdSealed')
  const requestId = row && sealer.open(row.requestIdSealed, requestSealContext('id', requestDigest))
  return row && requestId !== undefined ? { ...toRequest(row), requestId } : undefined
}

export type Claim = { requestDigest: string; accountId: string; answer: Answer; nowMs: number }

/**
 * How a request of this account ended, with its client. `undefined` when it is still open, or belongs to another
 * account.
 */
export async function endOfRequest(
  sql: Sql,
  { requestDigest, accountId, nowMs }: Omit<Claim, 'answer'>,
): Promise<{ end: Answer | 'expired'; clientId: string } | undefined> {
  const row: { state: Answer | 'pending'; clientId: string; expiresAtMs: number } | undefined = await sql(
    'backchannel_requests',
  )
    .where({ requestDigest, accountId })
    .first('state', 'clientId', 'expiresAtMs')
  if (!row) return undefined
  const { state, clientId } = row
  if (state !== 'pending') return { end: state, clientId }
  return row.expiresAtMs <= nowMs ? { end: 'expired', clientId } : undefined
}

/** Opens the request again, because the answer could not be carried out. */
export async function reopenRequest(db: Db, { requestDigest, answer, nowMs }: Claim): Promise<void> {
  await db('backchannel_requests')
    .where({ requestDigest, state: answer, answeredAtMs: nowMs })
    .update({ state: 'pending', answeredAtMs: null })
}

/** The notification of a request's client. `undefined` when the client polls, or when the request is gone. */
export async function findNotification(
  sql: Sql,
  sealer: Sealer,
  requestId: string,
): Promise<{ token: string; expiresAtMs: number } | undefined> {
  const requestDigest = digest(requestId)
  const row: { notificationTokenSealed: string | null; expiresAtMs: number } | undefined = await sql(
    'backchannel_requests',
  )
    .where({ requestDigest })
    .first('notificationTokenSealed', 'expiresAtMs')
  const token = sealer.open(row?.notificationTokenSealed ?? '', requestSealContext('token', requestDigest))
  return row && token !== undefined ? { token, expiresAtMs: row.expiresAtMs } : undefined
}

export async function purgeRequests(db: Db, nowMs: number, limit = 500): Promise<number> {
  const outdated: Purge['outdated'] = (rows) => rows.where('expiresAtMs', '<=', nowMs - MEMORY_MS)
  return purgeSome(db, { table: 'backchannel_requests', key: 'requestDigest', outdated }, limit)
}

type Row = Omit<BackchannelRequest, 'resources'> & { resources: string }

const resourceList = z.array(z.string())

function toRequest({ resources, ...row }: Row): BackchannelRequest {
  const { requestDigest, accountId, clientId, scope, bindingMessage, level, createdAtMs, expiresAtMs } = row
  return {
    requestDigest,
    accountId,
    clientId,
    scope,
    bindingMessage,
    level,
    createdAtMs,
    expiresAtMs,
    resources: resourceList.parse(JSON.parse(resources)),
  }
}

/** Binds the sealed value to its column and row. */
function requestSealContext(field: 'id' | 'token', requestDigest: string): string {
  return `backchannel-request:${field}:${requestDigest}`
}

const sealedColumn = { table: 'backchannelRequests', key: 'requestDigest' }

export const SEALED_COLUMNS: readonly SealedColumn[] = [
  {
    ...sealedColumn,
    what: 'ids of backchannel requests',
    column: 'requestIdSealed',
    context: ({ requestDigest = '' }) => requestSealContext('id', requestDigest),
  },
  {
    ...sealedColumn,
    what: 'notification tokens of backchannel requests',
    column: 'notificationTokenSealed',
    context: ({ requestDigest = '' }) => requestSealContext('token', requestDigest),
  },
]
