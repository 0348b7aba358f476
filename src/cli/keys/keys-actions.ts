/** What `keys list` and `keys rotate` do. */
import { z } from 'zod'
import { DECRYPTION_ALGS, SIGNING_ALGS } from '../../platform/algorithms.ts'
import type { Api } from '../../command-line/api.ts'
import type { Answer } from '../../command-line/command.ts'
import { usageError } from '../../command-line/input.ts'
import type { Input } from '../../command-line/input.ts'
import { table } from '../../command-line/layout.ts'

const ALGS = [...SIGNING_ALGS, ...DECRYPTION_ALGS]

const time = z.string().nullable()
const key = z.looseObject({
  kid: z.string(),
  alg: z.string(),
  use: z.string(),
  state: z.string(),
  created_at: time,
  activated_at: time,
  retired_at: time,
})
const rotation = z.object({
  alg: z.string(),
  use: z.string(),
  kid: z.string(),
  outcome: z.string(),
  used_from: z.string(),
})

export async function list(_input: Input, api: Api): Promise<Answer> {
  const { items: keys } = await api.call('listKeys', z.object({ items: z.array(key) }))
  const rows = keys.map((one) => [
    one.kid,
    one.alg,
    one.use,
    one.state,
    one.activated_at ?? one.created_at,
    one.retired_at,
  ])
  const lines = [table(['KID', 'ALG', 'USE', 'STATE', 'SINCE', 'RETIRED'], rows, 'No keys.')]
  if (keys.every(({ use }) => use === 'seal'))
    lines.push('', 'The first start of the server makes those that sign and encrypt.')
  return { data: { keys }, text: lines.join('\n') }
}

export async function rotate(input: Input, api: Api): Promise<Answer> {
  const body = { now: input.flag('now'), alg: algIn(input) }
  const { items } = await api.call('rotateKeys', z.object({ items: z.array(rotation) }), { body })
  return { data: { rotations: items }, text: items.map(sentence).join('\n') }
}

function algIn(input: Input): string | undefined {
  const typed = input.text('alg')
  if (typed === undefined || ALGS.some((one) => one === typed)) return typed
  throw usageError(`--alg takes ${ALGS.join(', ')}`)
}

function sentence({ alg, use, kid, outcome, used_from: from }: z.infer<typeof rotation>): string {
  const signs = use === 'sig'
  if (outcome === 'activated') return `${alg}: ${kid} ${signs ? 'signs' : 'is published'} from now on.`
  const verb = `${outcome === 'waiting' ? 'stays' : 'is'} ${signs ? 'published' : 'ready'}`
  return `${alg}: ${kid} ${verb}; rotate again after ${from} to let it ${signs ? 'sign' : 'be used'}.`
}
