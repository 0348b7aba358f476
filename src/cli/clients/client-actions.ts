/** What the commands of `client` do. */
import { createClientCheck } from '../../process/offline-client-check.ts'
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
import type { Parts } from '../../process/start/parts.ts'
import { HOUR_MS } from '../../platform/clock.ts'
import type { Answer, Extension } from '../../command-line/command.ts'
import type { Input } from '../../command-line/input.ts'
import { clientAnswer, clientDeleted, clientList, clientWithSecret } from './client-answers.ts'
import { chosenIn, overlapHoursIn, pageIn, readMetadata } from './client-input.ts'

export async function create(input: Input, parts: Parts): Promise<Answer> {
  const { config, db, clock, sealer } = parts
  const wanted = withIdTokenAlg(chosenIn(input), config.tokens.idTokenAlgorithm) as ClientInput
  const accepts = await createClientCheck(parts)
  return answered(parts, await createClient(db, wanted, { clock, sealer, accepts }))
}

export async function show(input: Input, parts: Parts, extensions: readonly Extension[]): Promise<Answer> {
  const found = await theClient(parts, input)
  const added = await Promise.all(extensions.map((one) => one.shown(parts, found.clientId)))
  const data = Object.assign(toData(found), ...added)
  return clientAnswer(data)
}

export async function list(input: Input, { db }: Parts): Promise<Answer> {
  const { limit, skip } = pageIn(input)
  const { clients } = await pageOfClients(db, { limit, skip })
  return clientList(clients.map(toData))
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
  return clientDeleted({ client_id: clientId, client_name: metadata.client_name })
}

export async function update(input: Input, parts: Parts): Promise<Answer> {
  const [id = ''] = input.operands
  const changes = readMetadata(input.text('metadata') ?? '')
  const accepts = await createClientCheck(parts)
  return answered(parts, await updateClient(parts.db, id, changes, { ...parts, accepts }))
}

export async function rotateSecret(input: Input, parts: Parts): Promise<Answer> {
  const { db, clock, sealer } = parts
  const [id = ''] = input.operands
  const overlapMs = overlapHoursIn(input) * HOUR_MS
  const rotated = await rotateClientSecret(db, id, { clock, sealer }, { overlapMs })
  return clientWithSecret({ ...rotated, disabled: await isDisabled(parts, id) })
}

type SetState = (db: Parts['db'], clientId: string, clock: Parts['clock']) => Promise<boolean>

async function setState(input: Input, parts: Parts, apply: SetState): Promise<Answer> {
  const { clientId } = await theClient(parts, input)
  if (!(await apply(parts.db, clientId, parts.clock))) throw clientNotFound()
  return clientAnswer(toData(await theClient(parts, input)))
}

async function answered(parts: Parts, metadata: RegisteredClient): Promise<Answer> {
  const warnings = await scopeWarningsOfClient(parts.db, metadata)
  return clientWithSecret({ ...metadata, disabled: await isDisabled(parts, metadata.client_id) }, warnings)
}

async function isDisabled({ db }: Parts, clientId: string): Promise<boolean> {
  return typeof (await findClient(db, clientId))?.disabledAtMs === 'number'
}

function toData(found: Client) {
  return { ...toRegisteredMetadata(found), disabled: found.disabledAtMs !== null }
}

async function theClient({ db }: Parts, { operands: [clientId = ''] }: Input): Promise<Client> {
  const found = await findClient(db, clientId)
  if (found) return found
  throw clientNotFound()
}
