/** What the commands of `limit` do. */
import { z } from 'zod'
import type { Api } from '../../command-line/api.ts'
import type { Answer } from '../../command-line/command.ts'
import type { Input } from '../../command-line/input.ts'
import { namedAt } from '../../command-line/named.ts'
import { kindIn, limitCleared, limitList, ruleList } from './limit-answers.ts'

const limit = z.object({
  id: z.string(),
  kind: z.string(),
  state: z.string(),
  network: z.string().nullable(),
  account: z.object({ id: z.string(), email: z.string() }).nullable(),
  count: z.number(),
  limit: z.number(),
  until: z.string(),
})
const rule = z.looseObject({
  kind: z.string(),
  effect: z.string(),
  limit: z.number(),
  challenge_from: z.number().nullable(),
  window_seconds: z.number(),
  pause_seconds: z.number().nullable(),
  settings: z.array(z.string()),
  clearable: z.boolean(),
})
const page = z.object({ items: z.array(limit), unlimited: z.boolean() })

export async function list(input: Input, api: Api): Promise<Answer> {
  const account = input.text('account')
  const query = {
    network: input.text('network'),
    account_id: account === undefined ? undefined : (await namedAt(api, account)).id,
    kind: kindIn(input),
  }
  const { items, unlimited } = await api.call('listLimits', page, { query })
  return limitList(items, unlimited)
}

/** `KIND:ACCOUNT_ID` or `KIND:ACCOUNT_ID:NETWORK`. */
const OF_ACCOUNT = /^\w+:([0-9a-f]{8}-[0-9a-f-]{27})(?::|$)/

/** A limit of an account takes no more than the scope to support people. */
export async function clear({ operands: [id = ''] }: Input, api: Api): Promise<Answer> {
  const [, account] = OF_ACCOUNT.exec(id) ?? []
  if (account === undefined) await api.send('clearLimit', { params: { id } })
  else await api.send('clearAccountLimit', { params: { id: account, limit_id: id } })
  return limitCleared(id)
}

export async function rules(_: Input, api: Api): Promise<Answer> {
  const { items } = await api.call('listLimitRules', z.object({ items: z.array(rule) }), {})
  return ruleList(items)
}
