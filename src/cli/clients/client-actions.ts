/** What the commands of `client` do. */
import { createClientCheck } from '../../process/offline-client-check.ts'
import { CLIENT_AUTH_METHODS, GRANT_TYPES, PROFILES } from '../../clients/client-choices.ts'
import type { ClientInput } from '../../clients/client-metadata.ts'
import {
  createClient,
  deleteClient,
  disableClient,
  enableClient,
  findClient,
  rotateClientSecret,
  toRegisteredMetadata,
  updateClient,
} from '../../clients/clients.ts'
import { pageOfClients } from '../../clients/client-pages.ts'
import { clientNotFound } from '../../clients/client-rows.ts'
import type { Client } from '../../clients/client-rows.ts'
import { withIdTokenAlg } from '../../clients/profiles.ts'
import type { RegisteredClient } from '../../clients/clients.ts'
import { assertNotOfResource } from '../../resources/resources.ts'
import { scopeWarningsOfClient } from '../../resources/scope-warnings.ts'
import { SIGNING_ALGS } from '../../platform/algorithms.ts'
import type { Parts } from '../../process/start/parts.ts'
import { HOUR_MS } from '../../platform/clock.ts'
import { withWarnings } from '../../command-line/command.ts'
import type { Answer, Extension } from '../../command-line/command.ts'
import { readJsonFile, usageError } from '../../command-line/input.ts'
import type { Input } from '../../command-line/input.ts'
import { isoTime, record, table } from '../../command-line/layout.ts'

export async function create(input: Input, parts: Parts): Promise<Answer> {
  const { config, db, clock, sealer } = parts
  const described = input.text('metadata')
  const options = {
    client_name: input.text('name'),
    redirect_uris: input.texts('redirect-uri'),
    post_logout_redirect_uris: input.texts('post-logout-redirect-uri'),
    scope: input.text('scope'),
    grant_types: oneOf(input, 'grant-type', GRANT_TYPES),
    token_endpoint_auth_method: authMethod(input),
    allowed_resources: input.texts('resource'),
    first_party: input.flag('first-party') || undefined,
    profile: oneOf(input, 'profile', PROFILES)?.[0],
    id_token_signed_response_alg: oneOf(input, 'id-token-alg', SIGNING_ALGS)?.[0],
    jwks: readKeys(input.text('jwks')),
    jwks_uri: input.text('jwks-uri'),
  }
  const typed = Object.entries(options).filter(
    ([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0),
  )
  const chosen = {
    ...(described === undefined ? {} : readMetadata(described)),
    ...Object.fromEntries(typed),
  }
  const wanted = withIdTokenAlg(chosen, config.tokens.idTokenAlgorithm) as ClientInput
  const accepts = await createClientCheck(parts)
  return warned(parts, await createClient(db, wanted, { clock, sealer, accepts }))
}

export async function show(input: Input, parts: Parts, extensions: readonly Extension[]): Promise<Answer> {
  const found = await theClient(parts, input)
  const added = await Promise.all(extensions.map((one) => one.shown(parts, found.clientId)))
  const data = Object.assign(toData(found), ...added)
  return { data, text: textOf(data) }
}

export async function list(input: Input, { db }: Parts): Promise<Answer> {
  const { clients } = await pageOfClients(db, {
    limit: input.integer('limit', { min: 1, max: 1000 }) ?? 100,
    skip: input.integer('offset', { min: 0, max: 1_000_000_000 }),
  })
  const rows = clients.map((one) => [
    one.clientId,
    one.metadata.client_name,
    one.metadata.token_endpoint_auth_method,
    one.disabledAtMs === null ? 'enabled' : 'disabled',
    one.metadata.redirect_uris[0],
  ])
  return {
    data: { clients: clients.map(toData) },
    text: table(['CLIENT_ID', 'NAME', 'AUTHENTICATES BY', 'STATE', 'REDIRECT'], rows, 'No clients.'),
  }
}

export function disable(input: Input, parts: Parts): Promise<Answer> {
  return setState(input, parts, disableClient)
}

export function enable(input: Input, parts: Parts): Promise<Answer> {
  return setState(input, parts, enableClient)
}

export async function remove(input: Input, parts: Parts): Promise<Answer> {
  const { clientId, metadata } = await theClient(parts, input)
  await assertNotOfResource(parts.db, clientId)
  if (!(await deleteClient(parts, clientId))) throw clientNotFound()
  const text = `Deleted ${metadata.client_name} (${clientId}).`
  return { data: { client_id: clientId, client_name: metadata.client_name, deleted: true }, text }
}

export async function update(input: Input, parts: Parts): Promise<Answer> {
  const [id = ''] = input.operands
  const changes = readMetadata(input.text('metadata') ?? '')
  const accepts = await createClientCheck(parts)
  return warned(parts, await updateClient(parts.db, id, changes, { ...parts, accepts }))
}

export async function rotateSecret(input: Input, { db, clock, sealer }: Parts): Promise<Answer> {
  const [id = ''] = input.operands
  const overlapMs = (input.integer('overlap-hours', { min: 0, max: 24 * 90 }) ?? 0) * HOUR_MS
  return registered(await rotateClientSecret(db, id, { clock, sealer }, { overlapMs }))
}

/** Checked together with the other metadata. */
function readMetadata(file: string): Partial<ClientInput> {
  const read = readJsonFile('metadata', file)
  if (typeof read === 'object' && read !== null && !Array.isArray(read)) return read
  throw usageError(`--metadata: ${file} holds no JSON object`)
}

function authMethod(input: Input): ClientInput['token_endpoint_auth_method'] {
  const [method] = oneOf(input, 'auth-method', CLIENT_AUTH_METHODS) ?? []
  if (!input.flag('public')) return method
  if (method && method !== 'none') throw usageError('a --public client needs --auth-method none')
  return 'none'
}

function oneOf<const Known extends string>(input: Input, option: string, known: readonly Known[]) {
  const typed = input.texts(option)
  const values = typed.map((value) => known.find((one) => one === value))
  if (values.includes(undefined)) throw usageError(`--${option} takes ${known.join(', ')}`)
  return typed.length > 0 ? values.filter((value) => value !== undefined) : undefined
}

function readKeys(file: string | undefined): ClientInput['jwks'] {
  // Checked together with the other metadata.
  return file === undefined ? undefined : (readJsonFile('jwks', file) as ClientInput['jwks'])
}

type SetState = (db: Parts['db'], clientId: string, clock: Parts['clock']) => Promise<boolean>

async function setState(input: Input, parts: Parts, apply: SetState): Promise<Answer> {
  const { clientId } = await theClient(parts, input)
  if (!(await apply(parts.db, clientId, parts.clock))) throw clientNotFound()
  return shown(await theClient(parts, input))
}

async function warned({ db }: Parts, metadata: RegisteredClient): Promise<Answer> {
  return withWarnings(registered(metadata), await scopeWarningsOfClient(db, metadata))
}

function registered(metadata: RegisteredClient): Answer {
  const note = metadata.client_secret ? '\n\nThe client_secret is shown only now.' : ''
  return { data: metadata, text: textOf(metadata) + note }
}

function shown(found: Client): Answer {
  const data = toData(found)
  return { data, text: textOf(data) }
}

// Shows names of RFC 7591, without the times in seconds, which mean nothing to people.
function textOf(metadata: RegisteredClient): string {
  const issued = { client_id_issued_at: isoTime(metadata.client_id_issued_at * 1000) }
  return record({ ...metadata, ...issued, client_secret_expires_at: undefined })
}

function toData(found: Client) {
  return { ...toRegisteredMetadata(found), disabled: found.disabledAtMs !== null }
}

async function theClient({ db }: Parts, { operands: [clientId = ''] }: Input): Promise<Client> {
  const found = await findClient(db, clientId)
  if (found) return found
  throw clientNotFound()
}
