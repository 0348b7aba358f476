/** What the commands of `webhook` do. */
import type { Answer } from '../../command-line/command.ts'
import { usageError } from '../../command-line/input.ts'
import type { Input } from '../../command-line/input.ts'
import { isoTime, record, table } from '../../command-line/layout.ts'
import { HOUR_MS } from '../../platform/clock.ts'
import type { Services } from '../../services.ts'
import { replayWebhook } from './webhook-events.ts'
import { addressIn, MAX_DESCRIPTION, MAX_URL, unknownType } from './webhook-input.ts'
import { watchedWebhook, watchedWebhooks } from './watched-webhooks.ts'
import type { WatchedWebhook } from './watched-webhooks.ts'
import { createWebhook, deleteWebhook, findWebhook, rotateSecret, updateWebhook } from './webhooks.ts'
import type { Webhook } from './webhooks.ts'

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
  const found = (await watchedWebhooks(db)).map(toListed)
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

export async function show({ operands: [id = ''] }: Input, { db }: Services): Promise<Answer> {
  const data = toListed(await watchedWebhook(db, id))
  return { data, text: record(data) }
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
  const changed = await updateWebhook(services, id, {
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
  const since = input.text('since')
  const sinceMs = since === undefined ? undefined : Date.parse(since)
  if (Number.isNaN(sinceMs)) throw usageError('--since takes a time such as 2026-11-20T08:00:00Z')
  const replayed = await replayWebhook(services, id, sinceMs)
  return { data: { id, replayed }, text: `${replayed} due again.` }
}

export async function remove({ operands: [id = ''] }: Input, services: Services): Promise<Answer> {
  await deleteWebhook(services, id)
  return { data: { id, deleted: true }, text: `Deleted ${id}.` }
}

function addressOf(given: string, { config }: Services): string {
  const url = addressIn(given, config.guard)
  if (url !== undefined) return url
  throw usageError(
    `--url takes an https address of at most ${MAX_URL} characters without user, password and fragment`,
  )
}

function descriptionOf(input: Input): string | undefined {
  const description = input.text('description')
  if (description !== undefined && description.length > MAX_DESCRIPTION)
    throw usageError(`--description takes at most ${MAX_DESCRIPTION} characters`)
  return description
}

function typesOf(input: Input): string[] {
  const types = [...new Set(input.texts('event'))]
  if (unknownType(types) !== undefined)
    throw usageError('--event takes a type of docs/events.md, or a group such as account.*')
  return types
}

function toListed({ waiting, givenUp, lastError, ...webhook }: WatchedWebhook) {
  return { ...toData(webhook), waiting, given_up: givenUp, last_error: lastError }
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
