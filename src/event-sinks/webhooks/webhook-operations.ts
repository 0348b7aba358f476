/** Webhooks over the API: what the command `webhook` does. */
import { z } from 'zod'
import { operation } from '../../operations/operation.ts'
import type { Operation } from '../../operations/operation.ts'
import { HOUR_MS } from '../../platform/clock.ts'
import type { Services } from '../../services.ts'
import {
  addressOf,
  common,
  INVALID,
  NO_WEBHOOK,
  params,
  showWebhook,
  shownWebhook,
  typesOf,
  webhookInput,
} from './shown-webhook.ts'
import { watchedWebhook, watchedWebhooks } from './watched-webhooks.ts'
import { replayWebhook } from './webhook-events.ts'
import { createWebhook, deleteWebhook, rotateSecret, updateWebhook } from './webhooks.ts'
import type { Webhook } from './webhooks.ts'

const MOST_OVERLAP_HOURS = 720

export function webhookOperations(needs: Services): readonly Operation[] {
  return [
    listing(needs),
    reading(needs),
    creating(needs),
    changing(needs),
    rotating(needs),
    replaying(needs),
    deleting(needs),
  ]
}

function listing({ db }: Services): Operation {
  return operation({
    ...common,
    id: 'listWebhooks',
    method: 'get',
    path: '/webhooks',
    summary: 'List webhooks, with what waits for each',
    scope: 'events:read',
    answer: {
      status: 200,
      description: 'The webhooks, the oldest first.',
      schema: z.object({ items: z.array(shownWebhook) }),
    },
    handle: async () => ({ body: { items: (await watchedWebhooks(db)).map(showWebhook) } }),
  })
}

function reading({ db }: Services): Operation {
  return operation({
    ...common,
    id: 'getWebhook',
    method: 'get',
    path: '/webhooks/{id}',
    summary: 'Read a webhook',
    scope: 'events:read',
    params,
    answer: {
      status: 200,
      description: 'The webhook, without its secret.',
      schema: shownWebhook,
      etag: true,
    },
    problems: NO_WEBHOOK,
    handle: async ({ params: { id } }) => ({ body: showWebhook(await watchedWebhook(db, id)) }),
  })
}

function creating(needs: Services): Operation {
  return operation({
    ...common,
    id: 'createWebhook',
    method: 'post',
    path: '/webhooks',
    summary: 'Add a webhook',
    description: 'The answer shows the secret that signs each request, this once.',
    scope: 'events:manage',
    creates: true,
    body: webhookInput,
    answer: {
      status: 201,
      description: 'The webhook.',
      schema: shownWebhook.extend({ secret: z.string() }).meta({ title: 'Webhook with its secret' }),
    },
    problems: INVALID,
    async handle({ body: { url, description = '', event_types: types = [] } }) {
      const input = { url: addressOf(url, needs.config.guard), description, eventTypes: typesOf(types) }
      const { webhook, secret } = await createWebhook(needs, input)
      const shown = showWebhook({ ...webhook, waiting: 0, givenUp: 0, lastError: null })
      return { body: { ...shown, secret }, location: `/webhooks/${webhook.id}` }
    },
  })
}

function changing(needs: Services): Operation {
  return operation({
    ...common,
    id: 'updateWebhook',
    method: 'patch',
    path: '/webhooks/{id}',
    summary: 'Change a webhook',
    description: 'While it is disabled, new events are not kept for it. What waited is delivered afterwards.',
    scope: 'events:manage',
    params,
    body: webhookInput.partial().extend({ enabled: z.boolean().optional() }),
    answer: { status: 200, description: 'The webhook.', schema: shownWebhook, etag: true },
    problems: { ...NO_WEBHOOK, ...INVALID },
    async handle({ params: { id }, body, assertMatches }) {
      const { url, event_types: types, description, enabled } = body
      const change = {
        ...(url !== undefined && { url: addressOf(url, needs.config.guard) }),
        ...(types && { eventTypes: typesOf(types) }),
        ...(description !== undefined && { description }),
        ...(enabled !== undefined && { enabled }),
      }
      const expects = await matching(needs, id, assertMatches)
      await updateWebhook(needs, id, change, expects)
      return { body: showWebhook(await watchedWebhook(needs.db, id)) }
    },
  })
}

/** What waits is no change of the webhook, and is part of what is shown. */
async function matching({ db }: Services, id: string, assertMatches: (current: unknown) => void) {
  const { waiting, givenUp, lastError } = await watchedWebhook(db, id)
  return (before: Webhook) => assertMatches(showWebhook({ ...before, waiting, givenUp, lastError }))
}

function rotating(needs: Services): Operation {
  return operation({
    ...common,
    id: 'rotateWebhookSecret',
    method: 'post',
    path: '/webhooks/{id}/rotate-secret',
    summary: 'Make a new secret for a webhook',
    description: 'The older one signs as well for a while, so that the receiver can change over.',
    scope: 'events:manage',
    params,
    body: z.strictObject({ overlap_hours: z.int().min(0).max(MOST_OVERLAP_HOURS).default(24) }),
    answer: {
      status: 200,
      description: 'The new secret, this once.',
      schema: z.object({ id: z.string(), secret: z.string() }).meta({ title: 'New secret of a webhook' }),
    },
    problems: NO_WEBHOOK,
    async handle({ params: { id }, body: { overlap_hours: hours } }) {
      return { body: { id, secret: await rotateSecret(needs, id, hours * HOUR_MS) } }
    },
  })
}

function replaying(needs: Services): Operation {
  return operation({
    ...common,
    id: 'replayWebhook',
    method: 'post',
    path: '/webhooks/{id}/replay',
    summary: 'Send events to a webhook again',
    description: 'What was given up, or everything since a time of the last seven days.',
    scope: 'events:manage',
    params,
    body: z.strictObject({ since: z.iso.datetime({ offset: true }).optional() }),
    answer: {
      status: 200,
      description: 'How many events are due again.',
      schema: z.object({ id: z.string(), replayed: z.int() }).meta({ title: 'Replayed events' }),
    },
    problems: NO_WEBHOOK,
    async handle({ params: { id }, body: { since } }) {
      const sinceMs = since === undefined ? undefined : Date.parse(since)
      return { body: { id, replayed: await replayWebhook(needs, id, sinceMs) } }
    },
  })
}

function deleting(needs: Services): Operation {
  return operation({
    ...common,
    id: 'deleteWebhook',
    method: 'delete',
    path: '/webhooks/{id}',
    summary: 'Delete a webhook and what waits for it',
    scope: 'events:manage',
    params,
    answer: { status: 204, description: 'The webhook is gone.' },
    problems: NO_WEBHOOK,
    async handle({ params: { id }, assertMatches }) {
      await deleteWebhook(needs, id, await matching(needs, id, assertMatches))
      return { body: undefined }
    },
  })
}
