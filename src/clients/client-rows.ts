/**
 * How a client is stored in the table `clients`. Fields that are searched or listed have columns; the rest is one
 * document.
 */
import type { Knex } from 'knex'
import { AppError } from '../platform/errors.ts'
import type { Sql } from '../platform/sql/database.ts'
import type { ClientMetadata } from './client-metadata.ts'
import type { KeptSecrets } from './client-secret.ts'

export type Client = {
  clientId: string
  metadata: ClientMetadata
  /** `open`, or the id of the initial access token it was registered with; `null` when an operator did. */
  registeredBy: string | null
  /** The digest of the logo that was uploaded (`logo/uploaded-logo.ts`). */
  logoId: string | null
  /** To the day; `null` when it never got a token. */
  lastUsedAtMs: number | null
  disabledAtMs: number | null
  createdAtMs: number
  updatedAtMs: number
}

export type ClientRow = KeptSecrets & {
  clientId: string
  name: string
  metadata: string
  firstParty: number | boolean
  profile: ClientMetadata['profile']
  registeredBy: string | null
  registrationPolicy: string | null
  logoId: string | null
  lastUsedAtMs: number | null
  disabledAtMs: number | null
  createdAtMs: number
  updatedAtMs: number
}

export function selectClients(sql: Sql) {
  return sql<ClientRow, ClientRow[]>('clients').select<ClientRow[]>(
    'clientId',
    'name',
    'metadata',
    'secretHash',
    'secretSealed',
    'previousSecretHash',
    'previousSecretSealed',
    'previousSecretUntilMs',
    'firstParty',
    'profile',
    'registeredBy',
    'registrationPolicy',
    'lastUsedAtMs',
    'disabledAtMs',
    'createdAtMs',
    'updatedAtMs',
    logoIdOf(sql),
  )
}

function logoIdOf(sql: Sql) {
  const logo = sql('client_logos').where('client_logos.clientId', sql.ref('clients.clientId'))
  return logo.select('id').as('logoId')
}

/** The row, locked until the transaction ends. */
export async function lockClient(trx: Knex.Transaction, clientId: string): Promise<ClientRow | undefined> {
  const row = await selectClients(trx).where({ clientId }).forUpdate().first()
  // MySQL ignores trailing spaces when it compares strings.
  return row?.clientId === clientId ? row : undefined
}

export function clientNotFound(): AppError {
  return new AppError('client_not_found', 404, 'There is no client with this client_id.')
}

export function metadataColumns({
  client_name: name,
  first_party: firstParty,
  profile,
  ...rest
}: ClientMetadata) {
  return { name, firstParty, profile, metadata: JSON.stringify(rest) }
}

export function toClient(row: ClientRow): Client {
  // Written by metadataColumns alone, from checked metadata.
  const rest = JSON.parse(row.metadata) as Omit<ClientMetadata, 'client_name' | 'first_party' | 'profile'>
  const { clientId, registeredBy, logoId, lastUsedAtMs, disabledAtMs, createdAtMs, updatedAtMs } = row
  const columns = { client_name: row.name, first_party: Boolean(row.firstParty), profile: row.profile }
  const metadata = { ...columns, ...rest }
  return { clientId, metadata, registeredBy, logoId, lastUsedAtMs, disabledAtMs, createdAtMs, updatedAtMs }
}
