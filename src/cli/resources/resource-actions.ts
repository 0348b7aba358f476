/** What the commands of `resource` do. */
import { z } from 'zod'
import type { Run } from '../../command-line/command.ts'
import type { Input } from '../../command-line/input.ts'
import { faultsNamed } from '../../command-line/api.ts'
import { itemsOf } from '../../command-line/api-pages.ts'
import { resourceAnswer, resourceDeleted, resourceList, resourceMade } from './resource-answers.ts'
import { changesOf, wantedOf } from './resource-input.ts'

const resource = z.object({
  identifier: z.string(),
  name: z.string(),
  scope: z.string(),
  scope_texts: z.record(z.string(), z.string()),
  access_token_format: z.string(),
  access_token_alg: z.string().nullable(),
  access_token_ttl_seconds: z.number().nullable(),
  client_id: z.string(),
  created_at: z.string(),
  client_secret: z.string().optional(),
  warnings: z.array(z.string()).default([]),
})

const types = z.object({ items: z.array(z.object({ type: z.string() })) })

/** By the names of the commands. */
function dataOf({ scope_texts: texts, access_token_ttl_seconds: seconds, ...one }: z.infer<typeof resource>) {
  return {
    identifier: one.identifier,
    name: one.name,
    scope: one.scope,
    scope_texts: Object.keys(texts).length > 0 ? texts : null,
    access_token_format: one.access_token_format,
    access_token_alg: one.access_token_alg,
    access_token_seconds: seconds,
    client_id: one.client_id,
    created_at: one.created_at,
    ...(one.client_secret !== undefined && { client_secret: one.client_secret }),
  }
}

const INVALID = 'invalid_resource'

const at = ({ operands: [identifier = ''] }: Input) => ({ params: { identifier } })

export const create: Run = async (input, api) => {
  const making = api.call('createResource', resource, { body: wantedOf(input) })
  const made = await faultsNamed(INVALID, making)
  return resourceMade(dataOf(made), made.warnings)
}

export const update: Run = async (input, api) => {
  const changing = api.call('updateResource', resource, { ...at(input), body: changesOf(input) })
  const changed = await faultsNamed(INVALID, changing)
  return resourceAnswer(dataOf(changed), changed.warnings)
}

export const show: Run = async (input, api) => {
  const found = await api.call('getResource', resource, at(input))
  const { items } = await api.call('listResourceDetailsTypes', types, at(input))
  const names = items.map(({ type }) => type)
  const data = { ...dataOf(found), ...(names.length > 0 && { authorization_details_types: names }) }
  return resourceAnswer(data, found.warnings)
}

export const list: Run = async (_input, api) =>
  resourceList((await itemsOf(api, 'listResources', resource)).items.map(dataOf))

export const remove: Run = async (input, api) => {
  await api.send('deleteResource', at(input))
  return resourceDeleted(input.operands[0] ?? '')
}
