/**
 * Clients that registered themselves, in the table `clients`: the policy of each, and the registration access token
 * (RFC 7592 §3) that manages it, stored as a digest. Each has one such token; a new one replaces it.
 */
import type { Knex } from 'knex'
import { actingAs, clientActor } from '../../events/actor.ts'
import type { Clock } from '../../platform/clock.ts'
import { DAY_MS } from '../../platform/clock.ts'
import { inTransaction } from '../../platform/sql/database.ts'
import type { Db, Sql } from '../../platform/sql/database.ts'
import { digest } from '../../platform/tokens.ts'
import type { ClientMetadata } from '../../clients/client-metadata.ts'
import { metadataColumns, selectClients, toClient } from '../../clients/client-rows.ts'
import type { Client } from '../../clients/client-rows.ts'
import type { KeptSecrets, StoredSecret } from '../../clients/client-secret.ts'
import { insertClient, noteClientChange } from '../../clients/clients.ts'
import type { ClientChecks } from '../../clients/clients.ts'
import { useInitialAccessToken } from './initial-access-tokens.ts'
import { parsePolicy } from './registration-policy.ts'
import type { RegistrationPolicy } from './registration-policy.ts'
import type { Services } from '../../services.ts'

/** Openly registered clients that never got a token are purged after this time. */
export const UNUSED_AFTER_MS = 7 * DAY_MS

export type Registration = {
  clientId: string
  metadata: ClientMetadata
  policy: RegistrationPolicy
  /** `open`, or the id of the initial access token. */
  by: string
  secret?: string
}

/** False when others have used the initial access token up meanwhile. Then nothing is written. */
export async function insertRegistered(
  db: Db,
  { clientId, metadata, policy, by, secret }: Registration,
  services: Pick<Services, 'clock' | 'sealer'> & ClientChecks,
): Promise<boolean> {
  return await inTransactionOf(db, clientId, async (trx) => {
    if (by !== 'open' && !(await useInitialAccessToken(trx, by, services.clock()))) return false
    await insertClient(trx, metadata, services, { clientId, secret })
    const columns = { registeredBy: by, registrationPolicy: JSON.stringify(policy) }
    await trx('clients').where({ clientId }).update(columns)
    return true
  })
}

export type Replacement = Pick<Registration, 'clientId' | 'metadata'> & {
  secret: StoredSecret
  /** The registration access token of the request. */
  token: string
}

/**
 * Replaces all metadata (RFC 7592 §2.2) and uses up the token, in one statement: of several updates with one token the
 * first is taken. False when there was one before, or when the client was deleted or disabled meanwhile.
 */
export async function replaceRegistered(
  db: Db,
  { clientId, metadata, secret, token }: Replacement,
  clock: Clock,
): Promise<boolean> {
  return await inTransactionOf(db, clientId, async (trx) => {
    const used = { registrationTokenHash: null, updatedAtMs: clock() }
    const replaced = await trx('clients')
      .where({ clientId, registrationTokenHash: digest(token) })
      .whereNull('disabledAtMs')
      .update({ ...metadataColumns(metadata), ...secret, ...used })
    if (replaced > 0) await noteClientChange(trx, 'client.changed', { clientId, name: metadata.client_name })
    return replaced > 0
  })
}

export type Registered = { client: Client; secret: KeptSecrets; policy: RegistrationPolicy }

/** A client that registered itself and is not disabled. */
export async function findRegistered(sql: Sql, clientId: string): Promise<Registered | undefined> {
  return await readOne(sql, { clientId })
}

/** The client that a registration access token manages. */
export async function findByRegistrationToken(sql: Sql, token: string): Promise<Registered | undefined> {
  return await readOne(sql, { registrationTokenHash: digest(token) })
}

/** Replaces the client's registration access token. */
export async function setRegistrationToken(db: Db, clientId: string, token: string): Promise<void> {
  await db('clients')
    .where({ clientId })
    .update({ registrationTokenHash: digest(token) })
}

/** Revokes the client's registration access token. */
export async function removeRegistrationToken(db: Db, token: string): Promise<void> {
  await db('clients')
    .where({ registrationTokenHash: digest(token) })
    .update({ registrationTokenHash: null })
}

/** Records that the client got a token. Once a day is enough. */
export async function noteClientUse(db: Db, clientId: string, nowMs: number): Promise<void> {
  await db('clients')
    .where({ clientId })
    .where((row) => row.whereNull('lastUsedAtMs').orWhere('lastUsedAtMs', '<', nowMs - DAY_MS))
    .update({ lastUsedAtMs: nowMs })
}

/** Purges openly registered clients that were never used. Returns how many. */
export async function purgeUnusedClients(db: Db, nowMs: number, limit = 500): Promise<number> {
  const unused = (sql: Sql) =>
    sql('clients')
      .where({ registeredBy: 'open' })
      .whereNull('lastUsedAtMs')
      .where('createdAtMs', '<', nowMs - UNUSED_AFTER_MS)
  const rows: { clientId: string }[] = await unused(db).select('clientId').limit(limit)
  const clientIds = rows.map(({ clientId }) => clientId)
  if (clientIds.length === 0) return 0
  await inTransaction(db, async (trx) => {
    const still = unused(trx).whereIn('clientId', clientIds)
    const going: { clientId: string; name: string }[] = await still
      .clone()
      .forUpdate()
      .select('clientId', 'name')
    await still.delete()
    for (const client of going) await noteClientChange(trx, 'client.deleted', client)
  })
  return clientIds.length
}

/** The client is the one that acts. */
function inTransactionOf<T>(
  db: Db,
  clientId: string,
  work: (trx: Knex.Transaction) => Promise<T>,
): Promise<T> {
  return actingAs(clientActor(clientId), () => inTransaction(db, work))
}

async function readOne(sql: Sql, where: Record<string, string>): Promise<Registered | undefined> {
  const row = await selectClients(sql)
    .where(where)
    .whereNotNull('registrationPolicy')
    .whereNull('disabledAtMs')
    .first()
  if (!row?.registrationPolicy) return undefined
  return { client: toClient(row), secret: row, policy: parsePolicy(JSON.parse(row.registrationPolicy)) }
}
