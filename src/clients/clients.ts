/**
 * The registered clients (relying parties, resource servers): table `clients`. Every change is noted on the change
 * feed in the same transaction. What may be registered is `client-metadata.ts`; what the library sees `client-adapter.ts`.
 */
import { randomUUID } from 'node:crypto'
import type { Knex } from 'knex'
import type { EventType } from '../events/event-types.ts'
import { forgetClient } from '../consents/consents.ts'
import { recordEvent } from '../events/events.ts'
import type { AccessEndings } from '../grant-store/access-endings.ts'
import { endExcluded, resolveAllowed } from '../groups/app-access.ts'
import { AppError } from '../platform/errors.ts'
import { noteChange } from '../platform/sql/change-feed.ts'
import type { Clock } from '../platform/clock.ts'
import { inTransaction } from '../platform/sql/database.ts'
import type { Db, Sql } from '../platform/sql/database.ts'
import { revokeEntriesIn } from '../grant-store/status-entries.ts'
import { parseClientMetadata } from './client-rules.ts'
import type { ClientInput, ClientMetadata } from './client-metadata.ts'
import { clientNotFound, lockClient, metadataColumns, selectClients, toClient } from './client-rows.ts'
import type { Client, ClientRow } from './client-rows.ts'
import { issueSecret, keepOrIssueSecret, previousSecret } from './client-secret.ts'
import type { KeptSecrets } from './client-secret.ts'
import type { Services } from '../services.ts'

/** The change feed's topic: a client was created, changed, disabled or deleted. */
export const CLIENTS_TOPIC = 'clients'

/** RFC 7591 §3.2.1. `client_secret` is there once: when it was just issued. */
export type RegisteredClient = ClientMetadata & {
  client_id: string
  client_id_issued_at: number
  client_secret?: string
  client_secret_expires_at?: 0
}

/** What a new or changed client must pass. */
export type ClientChecks = {
  /** The protocol library's own opinion of the metadata, where it is at hand. Throws like `parseClientMetadata`. */
  accepts?: (metadata: ClientMetadata) => Promise<void> | void
}

/** Gets the client before the change, while its row is locked. Throws to refuse the change. */
type Expects = (client: Client) => void

/** What is random unless it is given, as for development data that is the same in every run. */
export type FixedCredentials = { clientId?: string; secret?: string }

/** @throws AppError 400 `invalid_redirect_uri` or `invalid_client_metadata` */
export async function createClient(
  db: Db,
  input: ClientInput,
  services: Pick<Services, 'clock' | 'sealer'> & ClientChecks,
): Promise<RegisteredClient> {
  return await inTransaction(db, async (trx) => await insertClient(trx, input, services))
}

/** `createClient` inside the caller's transaction. */
export async function insertClient(
  trx: Knex.Transaction,
  input: ClientInput,
  { clock, sealer, accepts }: Pick<Services, 'clock' | 'sealer'> & ClientChecks,
  fixed: FixedCredentials = {},
): Promise<RegisteredClient> {
  const metadata = await withGroupIds(trx, parseClientMetadata(input))
  await accepts?.(metadata)
  const { clientId = randomUUID() } = fixed
  const now = clock()
  const secret = issueSecret(sealer, clientId, metadata.token_endpoint_auth_method, fixed.secret)
  await trx('clients').insert({
    clientId,
    ...metadataColumns(metadata),
    ...secret.stored,
    createdAtMs: now,
    updatedAtMs: now,
  })
  await noteClientChange(trx, 'client.created', { clientId, name: metadata.client_name })
  return withSecret(toRegisteredMetadata({ clientId, metadata, createdAtMs: now }), secret.plain)
}

export async function findClient(sql: Sql, clientId: string): Promise<Client | undefined> {
  return (await findClientWithSecret(sql, clientId))?.client
}

/** For the library's adapter alone: everyone else has no use for stored secrets. */
export async function findClientWithSecret(
  sql: Sql,
  clientId: string,
): Promise<{ client: Client; secret: KeptSecrets } | undefined> {
  const row = await selectClients(sql).where({ clientId }).first()
  // MySQL ignores trailing spaces when it compares strings.
  return row?.clientId === clientId ? { client: toClient(row), secret: row } : undefined
}

/**
 * Changes the named fields. A new secret is issued, and answered, when the authentication method needs one in a form
 * that is not stored.
 * @throws AppError 404 `client_not_found`, 400 `invalid_redirect_uri` or `invalid_client_metadata`
 */
export async function updateClient(
  db: Db,
  clientId: string,
  changes: Partial<ClientInput>,
  services: Pick<Services, 'clock' | 'sealer' | 'noteEnded'> & ClientChecks & { expects?: Expects },
): Promise<RegisteredClient> {
  const { clock, sealer, accepts, expects } = services
  return await inTransaction(db, async (trx) => {
    const row = await lockClient(trx, clientId)
    if (!row) throw clientNotFound()
    const before = toClient(row)
    expects?.(before)
    // response_types follows from grant_types, so that a change of the one does not trip over the other.
    const described = parseClientMetadata({
      ...before.metadata,
      response_types: undefined,
      ...withoutNull(changes),
    })
    // What is stored names ids already.
    const metadata = changes.allowed_groups ? await withGroupIds(trx, described) : described
    await accepts?.(metadata)
    const secret = keepOrIssueSecret(sealer, clientId, metadata.token_endpoint_auth_method, row)
    const updatedAtMs = clock()
    const columns = { ...metadataColumns(metadata), ...secret.stored }
    const shown = () => withSecret(toRegisteredMetadata({ ...before, metadata }), secret.plain)
    if (isUnchanged(row, columns)) return shown()
    await trx('clients')
      .where({ clientId })
      .update({ ...columns, updatedAtMs })
    if (changes.allowed_groups && metadata.allowed_groups)
      await endExcluded(services, trx, clientId, metadata.allowed_groups)
    await noteClientChange(trx, 'client.changed', { clientId, name: metadata.client_name })
    return shown()
  })
}

/** Null removes a field, or gives it its default back. */
function withoutNull(changes: object): object {
  return Object.fromEntries(Object.entries(changes).map(([name, value]) => [name, value ?? undefined]))
}

/** Names of groups change, so their ids are kept. */
async function withGroupIds(trx: Sql, metadata: ClientMetadata): Promise<ClientMetadata> {
  const { allowed_groups: typed } = metadata
  return typed ? { ...metadata, allowed_groups: await resolveAllowed(trx, typed) } : metadata
}

/** SQLite answers booleans as numbers. */
function isUnchanged(row: ClientRow, columns: Partial<ClientRow>): boolean {
  const read = { ...row, firstParty: Boolean(row.firstParty) }
  return Object.entries(columns).every(([name, value]) => read[name as keyof ClientRow] === value)
}

/**
 * Replaces the client's secret. The old one stops working at once, or after `overlapMs`, in which both work.
 * @throws AppError 404 `client_not_found`, 400 `client_has_no_secret`
 */
export async function rotateClientSecret(
  db: Db,
  clientId: string,
  { clock, sealer }: Pick<Services, 'clock' | 'sealer'>,
  { secret: fixed, overlapMs = 0 }: Pick<FixedCredentials, 'secret'> & { overlapMs?: number } = {},
): Promise<RegisteredClient> {
  return await inTransaction(db, async (trx) => {
    const row = await lockClient(trx, clientId)
    if (!row) throw clientNotFound()
    const client = toClient(row)
    const method = client.metadata.token_endpoint_auth_method
    const secret = issueSecret(sealer, clientId, method, fixed)
    if (!secret.plain) {
      throw new AppError('client_has_no_secret', 400, `A client that uses ${method} has no secret.`)
    }
    const updatedAtMs = clock()
    await trx('clients')
      .where({ clientId })
      .update({ ...secret.stored, ...previousSecret(row, updatedAtMs + overlapMs, overlapMs), updatedAtMs })
    await noteClientChange(trx, 'client.secret_rotated', row)
    return withSecret(toRegisteredMetadata(client), secret.plain)
  })
}

/** Makes the client unknown to every endpoint until `enableClient`. False when there is no such client. */
export function disableClient(db: Db, clientId: string, clock: Clock, expects?: Expects): Promise<boolean> {
  const nowMs = clock()
  return setDisabled(db, clientId, { disabledAtMs: nowMs, updatedAtMs: nowMs }, expects)
}

/** False when there is no such client. */
export function enableClient(db: Db, clientId: string, clock: Clock, expects?: Expects): Promise<boolean> {
  return setDisabled(db, clientId, { disabledAtMs: null, updatedAtMs: clock() }, expects)
}

/** Deletes the client with all that people gave it. False when there was none. */
export async function deleteClient(
  { db, noteEnded }: { db: Db } & Pick<AccessEndings, 'noteEnded'>,
  clientId: string,
  expects?: Expects,
): Promise<boolean> {
  return await inTransaction(db, async (trx) => {
    const row = await lockClient(trx, clientId)
    if (!row) return false
    expects?.(toClient(row))
    await removeClient(trx, clientId)
    await forgetClient({ noteEnded }, trx, clientId)
    return true
  })
}

/** Deletes a client that nobody signs in to, like that of a resource server, in the caller's transaction. */
export async function removeClient(trx: Knex.Transaction, clientId: string): Promise<boolean> {
  const row = await lockClient(trx, clientId)
  if (!row) return false
  await revokeEntriesIn(trx, { clientId })
  await trx('clients').where({ clientId }).delete()
  await noteClientChange(trx, 'client.deleted', row)
  return true
}

/** Tells every process, and other systems, in the transaction of the change. */
export async function noteClientChange(
  trx: Sql,
  type: Extract<EventType, `client.${string}`>,
  { clientId, name }: Pick<ClientRow, 'clientId' | 'name'>,
): Promise<void> {
  await noteChange(trx, CLIENTS_TOPIC)
  const data = () => ({ client_id: clientId, client_name: name })
  await recordEvent(trx, { type, subject: clientId, data })
}

/** The client as it may be shown: everything but the secret. */
export function toRegisteredMetadata(
  client: Pick<Client, 'clientId' | 'metadata' | 'createdAtMs'>,
): RegisteredClient {
  return {
    client_id: client.clientId,
    client_id_issued_at: Math.floor(client.createdAtMs / 1000),
    ...client.metadata,
  }
}

type State = Pick<Client, 'disabledAtMs' | 'updatedAtMs'>

async function setDisabled(db: Db, clientId: string, state: State, expects?: Expects): Promise<boolean> {
  const disables = state.disabledAtMs !== null
  return await inTransaction(db, async (trx) => {
    const row = await lockClient(trx, clientId)
    if (!row) return false
    expects?.(toClient(row))
    // Otherwise its JWT access tokens stay valid: resource servers verify them without a request to this server.
    if (disables) await revokeEntriesIn(trx, { clientId })
    if (disables === (row.disabledAtMs !== null)) return true
    await trx('clients').where({ clientId }).update(state)
    await noteClientChange(trx, disables ? 'client.disabled' : 'client.enabled', row)
    return true
  })
}

/** Shows a secret that was just issued beside the metadata. */
export function withSecret(registered: RegisteredClient, secret: string | undefined): RegisteredClient {
  return secret ? { ...registered, client_secret: secret, client_secret_expires_at: 0 } : registered
}
