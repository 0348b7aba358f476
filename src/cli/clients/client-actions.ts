/** What the commands of `client` do. */
import { z } from 'zod'
import type { OperationId } from '../../command-line/api-operations.ts'
import { itemsOf } from '../../command-line/api-pages.ts'
import { faultsNamed } from '../../command-line/api.ts'
import type { Api } from '../../command-line/api.ts'
import type { Answer, Extension, Run } from '../../command-line/command.ts'
import type { Input } from '../../command-line/input.ts'
import { MOST_SKIPPED } from '../../operations/paging.ts'
import { clientAnswer, clientDeleted, clientList, clientWithSecret } from './client-answers.ts'
import { chosenIn, overlapHoursIn, pageIn, readMetadata } from './client-input.ts'

const client = z.looseObject({
  client_id: z.string(),
  client_id_issued_at: z.number(),
  client_name: z.string(),
  redirect_uris: z.array(z.string()).optional(),
  client_secret: z.string().optional(),
  disabled: z.boolean(),
  warnings: z.array(z.string()).optional(),
})

const at = ({ operands: [id = ''] }: Input) => ({ params: { client_id: id } })

/** RFC 7591 §3.2.2 */
const INVALID = 'invalid_client_metadata'

export const create: Run = async (input, api) => {
  const body = chosenIn(input)
  return withSecret(await faultsNamed(INVALID, api.call('createClient', client, { body })))
}

export async function show(input: Input, api: Api, extensions: readonly Extension[]): Promise<Answer> {
  const found = await api.call('getClient', client, at(input))
  const added = await Promise.all(extensions.flatMap(({ shown }) => shown?.(api, found) ?? []))
  return clientAnswer(Object.assign(found, ...added))
}

export const list: Run = async (input, api) => {
  const { limit: most, skip = 0 } = pageIn(input)
  // A page skips only so many. The ones after that are read and left out.
  const near = Math.min(skip, MOST_SKIPPED)
  const read = await itemsOf(api, 'listClients', client, { query: { skip: near }, most: skip - near + most })
  const items = read.items.slice(skip - near)
  return clientList(items, read.next === undefined ? undefined : skip + items.length)
}

const switching =
  (id: OperationId): Run =>
  async (input, api) =>
    clientAnswer(await api.call(id, client, at(input)))

export const disable = switching('disableClient')
export const enable = switching('enableClient')

export const remove: Run = async (input, api) => {
  const found = await api.call('getClient', client, at(input))
  await api.send('deleteClient', at(input))
  return clientDeleted(found)
}

export const update: Run = async (input, api) => {
  const body = readMetadata(input.text('metadata') ?? '')
  const changed = api.call('updateClient', client, { ...at(input), body })
  return withSecret(await faultsNamed(INVALID, changed))
}

export const rotateSecret: Run = async (input, api) => {
  const body = { overlap_hours: overlapHoursIn(input) }
  return withSecret(await api.call('rotateClientSecret', client, { ...at(input), body }))
}

function withSecret({ warnings, ...metadata }: z.infer<typeof client>): Answer {
  return clientWithSecret(metadata, warnings)
}
