/** What the commands of `upstream` do. */
import { z } from 'zod'
import { faultsNamed } from '../../command-line/api.ts'
import type { Run } from '../../command-line/command.ts'
import type { Input } from '../../command-line/input.ts'
import { upstreamAdded, upstreamAnswer, upstreamList, upstreamRemoved } from './upstream-answers.ts'
import { changesIn, idOf, newIn } from './upstream-input.ts'

const names = z.record(z.string(), z.string())
const upstream = z.looseObject({
  id: z.string(),
  label: z.string(),
  kind: z.string(),
  enabled: z.boolean(),
  sign_up: z.string(),
  issuer: z.string().nullable(),
  authorization_endpoint: z.string().nullable(),
  parameters: names,
  mapping: names,
})
const listed = z.object({ items: z.array(upstream.extend({ connected: z.number() })) })

const at = (input: Input) => ({ params: { id: idOf(input) } })

const INVALID = 'upstream_invalid'

export const add: Run = async (input, api) => {
  const adding = api.call('createUpstream', upstream, { body: newIn(input) })
  return upstreamAdded(await faultsNamed(INVALID, adding))
}

export const list: Run = async (_input, api) => upstreamList((await api.call('listUpstreams', listed)).items)

export const show: Run = async (input, api) =>
  upstreamAnswer(await api.call('getUpstream', upstream, at(input)))

export const update: Run = async (input, api) => {
  const changing = api.call('updateUpstream', upstream, { ...at(input), body: changesIn(input) })
  return upstreamAnswer(await faultsNamed(INVALID, changing))
}

export const remove: Run = async (input, api) => {
  const found = await api.call('getUpstream', upstream, at(input))
  await api.send('deleteUpstream', at(input))
  return upstreamRemoved(found)
}
