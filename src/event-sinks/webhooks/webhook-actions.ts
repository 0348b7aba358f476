/** What the commands of `webhook` do. */
import { z } from 'zod'
import type { Api } from '../../command-line/api.ts'
import type { Answer } from '../../command-line/command.ts'
import { usageError } from '../../command-line/input.ts'
import type { Input } from '../../command-line/input.ts'
import { record, table } from '../../command-line/layout.ts'

const webhook = z.looseObject({
  id: z.string(),
  url: z.string(),
  description: z.string(),
  event_types: z.array(z.string()),
  enabled: z.boolean(),
  waiting: z.int(),
  given_up: z.int(),
  last_error: z.string().nullable(),
})

const at = ({ operands: [id = ''] }: Input) => ({ params: { id } })

export async function create(input: Input, api: Api): Promise<Answer> {
  const body = {
    url: input.text('url') ?? '',
    description: input.text('description'),
    event_types: input.texts('event'),
  }
  return withSecret(await api.call('createWebhook', webhook, { body }))
}

export async function list(_input: Input, api: Api): Promise<Answer> {
  const { items: webhooks } = await api.call('listWebhooks', z.object({ items: z.array(webhook) }))
  const rows = webhooks.map((one) => [
    one.id,
    one.url,
    one.event_types.length === 0 ? 'all' : one.event_types,
    one.enabled ? 'on' : 'off',
    one.waiting,
    one.given_up,
    one.last_error,
    one.description,
  ])
  const head = ['ID', 'URL', 'EVENTS', 'STATE', 'WAITING', 'GIVEN UP', 'LAST ERROR', 'DESCRIPTION']
  return { data: { webhooks }, text: table(head, rows, 'No webhooks.') }
}

export async function show(input: Input, api: Api): Promise<Answer> {
  return shown(await api.call('getWebhook', webhook, at(input)))
}

export async function update(input: Input, api: Api): Promise<Answer> {
  const types = input.texts('event')
  const [enable, disable, all] = [input.flag('enable'), input.flag('disable'), input.flag('all-events')]
  if (enable && disable) throw usageError('webhook update takes --enable or --disable')
  if (all && types.length > 0) throw usageError('webhook update takes --event or --all-events')
  const body = {
    url: input.text('url'),
    description: input.text('description'),
    ...((all || types.length > 0) && { event_types: types }),
    ...((enable || disable) && { enabled: enable }),
  }
  return shown(await api.call('updateWebhook', webhook, { ...at(input), body }))
}

export async function rotate(input: Input, api: Api): Promise<Answer> {
  const body = { overlap_hours: input.integer('overlap-hours', { min: 0, max: 720 }) ?? 24 }
  const made = z.object({ secret: z.string() })
  const { secret } = await api.call('rotateWebhookSecret', made, { ...at(input), body })
  return withSecret({ ...(await api.call('getWebhook', webhook, at(input))), secret })
}

export async function replay(input: Input, api: Api): Promise<Answer> {
  const replayed = z.object({ id: z.string(), replayed: z.int() })
  const data = await api.call('replayWebhook', replayed, { ...at(input), body: { since: sinceIn(input) } })
  return { data, text: `${data.replayed} due again.` }
}

export async function remove(input: Input, api: Api): Promise<Answer> {
  const { id } = at(input).params
  await api.send('deleteWebhook', at(input))
  return { data: { id, deleted: true }, text: `Deleted ${id}.` }
}

function sinceIn(input: Input): string | undefined {
  const typed = input.text('since')
  const atMs = typed === undefined ? undefined : Date.parse(typed)
  if (Number.isNaN(atMs)) throw usageError('--since takes a time such as 2026-11-20T08:00:00Z')
  return atMs === undefined ? undefined : new Date(atMs).toISOString()
}

function shown(found: z.infer<typeof webhook>): Answer {
  return { data: found, text: record(found) }
}

function withSecret(found: z.infer<typeof webhook>): Answer {
  return { data: found, text: `${record(found)}\n\nThe secret is shown only now.` }
}
