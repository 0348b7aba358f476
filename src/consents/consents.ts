/**
 * What an account has allowed each app, remembered in SQL: losing the grant store costs a sign-in, never a second consent.
 * `pages/consent` asks for it.
 */
import { z } from 'zod'
import { currentActor } from '../events/actor.ts'
import { recordEvent } from '../events/events.ts'
import { inTransaction, isDuplicate, isOrphan } from '../platform/sql/database.ts'
import { HOUR_MS } from '../platform/clock.ts'
import type { Db, Sql } from '../platform/sql/database.ts'
import { removeGrantsOf, removeGrantsOfClient } from './account-grants.ts'
import type { AccessEndings } from '../grant-store/access-endings.ts'

export type Consent = {
  accountId: string
  clientId: string
  /** OpenID scopes. */
  scopes: string[]
  claims: string[]
  /** Scopes by resource identifier (RFC 8707). */
  resources: Record<string, string[]>
  /** What the client looked like when the person agreed, where that can change without an operator. */
  clientPin: ClientPin | null
  grantedAtMs: number
  updatedAtMs: number
  /** When the app last got a token, to the hour; null before the first. */
  lastUsedAtMs: number | null
}

export type Allowed = {
  scopes?: readonly string[]
  claims?: readonly string[]
  resources?: Readonly<Record<string, readonly string[]>>
  clientPin?: ClientPin | undefined
}

export type ClientPin = z.output<typeof clientPin>

const clientPin = z.object({ digest: z.string(), name: z.string(), redirectUris: z.array(z.string()) })

const COLUMNS = [
  'accountId',
  'clientId',
  'scopes',
  'claims',
  'resources',
  'clientPin',
  'grantedAtMs',
  'updatedAtMs',
  'lastUsedAtMs',
] as const

/** Adds to what was allowed before; nothing is taken away. Of an account that was deleted meanwhile nothing is remembered. */
export async function rememberConsent(
  db: Db,
  accountId: string,
  clientId: string,
  allowed: Allowed,
  nowMs: number,
): Promise<void> {
  const remember = () => inTransaction(db, (trx) => merge(trx, accountId, clientId, allowed, nowMs))
  try {
    await remember()
  } catch (error) {
    if (isOrphan(error)) return
    if (!isDuplicate(error)) throw error
    // The first consent of this pair, given twice at once: by now there is a row to add to.
    await remember()
  }
}

export async function findConsent(
  sql: Sql,
  accountId: string,
  clientId: string,
): Promise<Consent | undefined> {
  const row: StoredConsent | undefined = await sql('consents')
    .where({ accountId, clientId })
    .first(...COLUMNS)
  return row && toConsent(row)
}

/** Notes that the app got a token, once an hour at most. */
export async function touchConsent(
  sql: Sql,
  { accountId, clientId }: { accountId: string; clientId: string },
  nowMs: number,
): Promise<void> {
  await sql('consents')
    .where({ accountId, clientId })
    .where((row) => row.whereNull('lastUsedAtMs').orWhere('lastUsedAtMs', '<=', nowMs - HOUR_MS))
    .update({ lastUsedAtMs: nowMs })
}

/** The latest first. */
export async function listConsents(sql: Sql, accountId: string): Promise<Consent[]> {
  const rows: StoredConsent[] = await sql('consents')
    .select(...COLUMNS)
    .where({ accountId })
    .orderBy('updatedAtMs', 'desc')
  return rows.map(toConsent)
}

/** Of several accounts, by account and client. */
export async function consentsOf(sql: Sql, accountIds: readonly string[]): Promise<Consent[]> {
  const rows: StoredConsent[] = await sql('consents')
    .select(...COLUMNS)
    .whereIn('accountId', accountIds)
    .orderBy(['accountId', 'clientId'])
  return rows.map(toConsent)
}

/**
 * Forgets the consent and removes the app's grants; answers the digests of the latter, which the caller revokes in the
 * grant store, or nothing when there was neither.
 */
export async function revokeConsent(
  { db, noteEnded }: { db: Db } & Pick<AccessEndings, 'noteEnded'>,
  accountId: string,
  clientId: string,
): Promise<string[] | undefined> {
  return inTransaction(db, async (trx) => {
    const forgotten = await trx('consents').where({ accountId, clientId }).delete()
    const grants = await removeGrantsOf(trx, accountId, clientId)
    await noteEnded(trx, { sessionUids: [], grantIdDigests: grants })
    if (forgotten === 0 && grants.length === 0) return undefined
    const data = () => ({ actor: currentActor(accountId), account_id: accountId, client_id: clientId })
    await recordEvent(trx, { type: 'consent.revoked', subject: accountId, data })
    return grants
  })
}

/**
 * Forgets what all accounts gave a client that is deleted: its id may belong to another app one day. The grants end in the
 * store by the messages noted here, so many that each can be carried out in a moment.
 */
export async function forgetClient(
  { noteEnded }: Pick<AccessEndings, 'noteEnded'>,
  trx: Sql,
  clientId: string,
): Promise<void> {
  await trx('consents').where({ clientId }).delete()
  for await (const grantIdDigests of removeGrantsOfClient(trx, clientId))
    await noteEnded(trx, { sessionUids: [], grantIdDigests })
}

async function merge(trx: Sql, accountId: string, clientId: string, allowed: Allowed, nowMs: number) {
  const row: StoredConsent | undefined = await trx('consents')
    .where({ accountId, clientId })
    .forUpdate()
    .first(...COLUMNS)
  const before = row && toConsent(row)
  const resources: Record<string, string[]> = { ...before?.resources }
  for (const [identifier, scopes] of Object.entries(allowed.resources ?? {}))
    resources[identifier] = union(resources[identifier], scopes)
  const content = {
    scopes: JSON.stringify(union(before?.scopes, allowed.scopes)),
    claims: JSON.stringify(union(before?.claims, allowed.claims)),
    resources: JSON.stringify(resources),
    ...(allowed.clientPin && { clientPin: JSON.stringify(allowed.clientPin) }),
    updatedAtMs: nowMs,
  }
  if (before) await trx('consents').where({ accountId, clientId }).update(content)
  else await trx('consents').insert({ accountId, clientId, ...content, grantedAtMs: nowMs })
  const { scopes, claims } = content
  if (row?.scopes === scopes && row.claims === claims && row.resources === content.resources) return
  await recordEvent(trx, {
    type: 'consent.given',
    subject: accountId,
    data: () => ({
      actor: currentActor(accountId),
      account_id: accountId,
      client_id: clientId,
      scopes: names.parse(JSON.parse(scopes)),
      claims: names.parse(JSON.parse(claims)),
      resources,
    }),
  })
}

function union(before: readonly string[] = [], added: readonly string[] = []): string[] {
  return [...new Set([...before, ...added])]
}

type StoredConsent = Omit<Consent, 'scopes' | 'claims' | 'resources' | 'clientPin'> & {
  clientPin: string | null
  scopes: string
  claims: string
  resources: string
}

const names = z.array(z.string())
const namesByResource = z.record(z.string(), names)

function toConsent(row: StoredConsent): Consent {
  return {
    ...row,
    scopes: names.parse(JSON.parse(row.scopes)),
    claims: names.parse(JSON.parse(row.claims)),
    resources: namesByResource.parse(JSON.parse(row.resources)),
    clientPin: row.clientPin === null ? null : clientPin.parse(JSON.parse(row.clientPin)),
  }
}
