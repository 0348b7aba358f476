/** What the commands of `webhook` do. */
import type { Answer } from '../../command-line/command.ts'
import { usageError } from '../../command-line/input.ts'
import type { Input } from '../../command-line/input.ts'
import { isoTime, record, table } from '../../command-line/layout.ts'
import { unknownTypes } from '../../events/event-filter.ts'
import { EVENT_TYPES } from '../../events/event-types.ts'
import { topicStats } from '../../outbox/dead-letters.ts'
import { HOUR_MS } from '../../platform/clock.ts'
import type { Services } from '../../services.ts'
import { isLoopback } from '../../settings/kinds/setting-kinds.ts'
import { replayEvents, replayGivenUp } from './webhook-events.ts'
import {
  createWebhook,
  deleteWebhook,
  findWebhook,
  listWebhooks,
  rotateSecret,
  topicOf,
  updateWebhook,
} from './webhooks.ts'
import type { Webhook } from './webhooks.ts'

const MAX_URL = 2048
const MAX_DESCRIPTION = 255
const SECRET_SHOWN_ONCE = 'The secret is shown only now.'

export async function create(input: Input, services: Services): Promise<Answer> {
  const { webhook, secret } = await createWebhook(services, {
    url: addressOf(input.text('url') ?? '', services),
    description: descriptionOf(input) ?? '',
    eventTypes: typesOf(input),
  })
  const data = { ...toData(webhook), secret }
  return { data, text: `${record(data)}\n\n${SECRET_SHOWN_ONCE}` }
}

export async function list(_input: Input, { db }: Services): Promise<Answer> {
  const webhooks = await listWebhooks(db)
  const stats = await topicStats(
    db,
    webhooks.map(({ id }) => topicOf(id)),
  )
  const found = webhooks.map((webhook) => {
    const { waiting, dead, lastError } = stats.get(topicOf(webhook.id)) ?? {
      waiting: 0,
      dead: 0,
      lastError: null,
    }
    return { ...toData(webhook), waiting, given_up: dead, last_error: lastError }
  })
  const rows = found.map((one) => [
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
  return { data: { webhooks: found }, text: table(head, rows, 'No webhooks.') }
}

export async function update(input: Input, services: Services): Promise<Answer> {
  const {
    operands: [id = ''],
  } = input
  if (input.flag('enable') && input.flag('disable'))
    throw usageError('webhook update takes --enable or --disable')
  if (input.flag('all-events') && input.texts('event').length > 0)
    throw usageError('webhook update takes --event or --all-events')
  const url = input.text('url')
  const description = descriptionOf(input)
  const changed = await updateWebhook(services.db, id, {
    ...(url === undefined ? {} : { url: addressOf(url, services) }),
    ...(description === undefined ? {} : { description }),
    ...(input.flag('all-events') || input.texts('event').length > 0 ? { eventTypes: typesOf(input) } : {}),
    ...(input.flag('enable') ? { enabled: true } : {}),
    ...(input.flag('disable') ? { enabled: false } : {}),
  })
  const data = toData(changed)
  return { data, text: record(data) }
}

export async function rotate(input: Input, services: Services): Promise<Answer> {
  const {
    operands: [id = ''],
  } = input
  const hours = input.integer('overlap-hours', { min: 0, max: 720 }) ?? 24
  const secret = await rotateSecret(services, id, hours * HOUR_MS)
  const data = { ...toData(await findWebhook(services.db, id)), secret }
  return { data, text: `${record(data)}\n\n${SECRET_SHOWN_ONCE}` }
}

export async function replay(input: Input, services: Services): Promise<Answer> {
  const {
    operands: [id = ''],
  } = input
  const webhook = await findWebhook(services.db, id)
  const since = input.text('since')
  const sinceMs = since === undefined ? undefined : Date.parse(since)
  if (Number.isNaN(sinceMs)) throw usageError('--since takes a time such as 2026-11-20T08:00:00Z')
  const replayed =
    sinceMs === undefined
      ? await replayGivenUp(services, webhook)
      : await replayEvents(services, webhook, sinceMs)
  return { data: { id, replayed }, text: `${replayed} due again.` }
}

export async function remove({ operands: [id = ''] }: Input, { db }: Services): Promise<Answer> {
  await deleteWebhook(db, id)
  return { data: { id, deleted: true }, text: `Deleted ${id}.` }
}

function addressOf(given: string, { config }: Services): string {
  const url = URL.parse(given)
  const isLocal = url?.protocol === 'http:' && config.guard.allowLoopback && isLoopback(given)
  if (!url || (url.protocol !== 'https:' && !isLocal) || url.username || url.password || url.hash)
    throw usageError('--url takes an https address without user, password and fragment')
  if (url.href.length > MAX_URL) throw usageError(`--url takes at most ${MAX_URL} characters`)
  return url.href
}

function descriptionOf(input: Input): string | undefined {
  const description = input.text('description')
  if (description !== undefined && description.length > MAX_DESCRIPTION)
    throw usageError(`--description takes at most ${MAX_DESCRIPTION} characters`)
  return description
}

function typesOf(input: Input): string[] {
  const types = [...new Set(input.texts('event'))]
  const [unknown] = unknownTypes(types, Object.keys(EVENT_TYPES))
  if (unknown !== undefined)
    throw usageError('--event takes a type of docs/events.md, or a group such as account.*')
  return types
}

function toData(webhook: Webhook) {
  return {
    id: webhook.id,
    url: webhook.url,
    description: webhook.description,
    event_types: webhook.eventTypes,
    enabled: webhook.enabled,
    old_secret_until: webhook.oldSecretUntilMs === 0 ? null : isoTime(webhook.oldSecretUntilMs),
    created_at: isoTime(webhook.createdAtMs),
  }
}
