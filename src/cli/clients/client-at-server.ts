/** The commands of `client` on a running server, over its API. Rules of token exchange need the database. */
import { z } from 'zod'
import type { Answer } from '../../command-line/command.ts'
import type { Input } from '../../command-line/input.ts'
import type { OperationId } from '../../command-line/api-operations.ts'
import { group } from '../../command-line/named.ts'
import type { Api } from '../../command-line/api.ts'
import { itemsOf } from '../../command-line/api-pages.ts'
import { clientAnswer, clientDeleted, clientList, clientWithSecret } from './client-answers.ts'
import { chosenIn, overlapHoursIn, pageIn, readMetadata } from './client-input.ts'

type Run = (input: Input, api: Api) => Promise<Answer>

const client = z.looseObject({
  client_id: z.string(),
  client_id_issued_at: z.number(),
  client_name: z.string(),
  allowed_groups: z.array(z.string()).nullish(),
  redirect_uris: z.array(z.string()).optional(),
  client_secret: z.string().optional(),
  disabled: z.boolean(),
  warnings: z.array(z.string()).optional(),
})

const at = ({ operands: [id = ''] }: Input) => ({ params: { client_id: id } })

export const create: Run = async (input, api) =>
  withSecret(await api.call('createClient', client, { body: chosenIn(input) }))

export const show: Run = async (input, api) => {
  const found = await api.call('getClient', client, at(input))
  const { allowed_groups: ids } = found
  if (!ids) return clientAnswer(found)
  const names: string[] = []
  for (const id of ids) {
    const known = await api.find('getGroup', group, { params: { id } })
    if (known) names.push(known.name)
  }
  return clientAnswer(Object.assign(found, { allowed_group_names: names }))
}

export const list: Run = async (input, api) => {
  const { limit: most, skip } = pageIn(input)
  return clientList((await itemsOf(api, 'listClients', client, { query: { skip }, most })).items)
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
  return withSecret(await api.call('updateClient', client, { ...at(input), body }))
}

export const rotateSecret: Run = async (input, api) => {
  const body = { overlap_hours: overlapHoursIn(input) }
  return withSecret(await api.call('rotateClientSecret', client, { ...at(input), body }))
}

function withSecret({ warnings, ...metadata }: z.infer<typeof client>): Answer {
  return clientWithSecret(metadata, warnings)
}
