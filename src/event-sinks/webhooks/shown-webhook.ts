/** A webhook as the API shows it and takes it. */
import { z } from 'zod'
import { timeOf } from '../../operations/shown-account.ts'
import { AppError } from '../../platform/errors.ts'
import type { Config } from '../../settings/config.ts'
import { addressIn, MAX_DESCRIPTION, MAX_URL, unknownType } from './webhook-input.ts'
import type { WatchedWebhook } from './watched-webhooks.ts'

export const common = { tag: 'Webhooks', caller: 'administrator' } as const
export const params = z.strictObject({ id: z.string().max(64) })
export const NO_WEBHOOK = {
  webhook_not_found: { status: 404, when: 'There is no webhook with this id.' },
} as const
export const INVALID = {
  webhook_invalid: { status: 422, when: 'The address is not one of https, or a type of event is unknown.' },
} as const

export const webhookInput = z.strictObject({
  url: z.string().max(MAX_URL).describe('An https address without user, password and fragment.'),
  event_types: z
    .array(z.string().max(64))
    .max(100)
    .optional()
    .describe('Types of events, or groups such as `account.*`. Empty for all.'),
  description: z
    .string()
    .max(MAX_DESCRIPTION)
    .regex(/^[^\p{Cc}]*$/u)
    .optional(),
})

export const shownWebhook = z
  .object({
    id: z.string(),
    url: z.string(),
    description: z.string(),
    event_types: z.array(z.string()).describe('Empty for all.'),
    enabled: z.boolean(),
    waiting: z.int(),
    given_up: z.int(),
    last_error: z.string().nullable(),
    old_secret_until: z.iso.datetime().nullable().describe('Until then the older secret signs as well.'),
    created_at: z.iso.datetime(),
  })
  .meta({ title: 'Webhook' })

export function showWebhook(one: WatchedWebhook): z.output<typeof shownWebhook> {
  const { id, url, description, eventTypes, enabled, waiting, givenUp, lastError } = one
  const until = Number(one.oldSecretUntilMs)
  return {
    id,
    url,
    description,
    event_types: eventTypes,
    enabled,
    waiting,
    given_up: givenUp,
    last_error: lastError,
    old_secret_until: until === 0 ? null : timeOf(until),
    created_at: timeOf(Number(one.createdAtMs)),
  }
}

/** @throws AppError 422 `webhook_invalid` */
export function addressOf(given: string, guard: Config['guard']): string {
  const url = addressIn(given, guard)
  if (url !== undefined) return url
  throw new AppError(
    'webhook_invalid',
    422,
    'url takes an https address without user, password and fragment.',
  )
}

/** @throws AppError 422 `webhook_invalid` */
export function typesOf(given: readonly string[]): string[] {
  const unknown = unknownType(given)
  if (unknown === undefined) return [...new Set(given)]
  throw new AppError('webhook_invalid', 422, `There is no type of event with the name ${unknown}.`)
}
