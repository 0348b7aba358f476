/**
 * Mounts webhooks: operators add addresses, and each gets the events that it wants in a lane of its own. Owns the tables
 * `webhooks` and `webhook_events`.
 */
import { wantsType } from '../../events/event-filter.ts'
import { EVENT_TOPICS } from '../../events/lanes.ts'
import type { Feature } from '../../feature.ts'
import type { SinkSource } from '../../outbox/lane-set.ts'
import { SECOND_MS } from '../../platform/clock.ts'
import { createGuardedFetch } from '../../platform/network/guarded-fetch.ts'
import type { Sql } from '../../platform/sql/database.ts'
import type { Services } from '../../services.ts'
import { createWebhookFanOut, purgeWebhookEvents, SEALED_WEBHOOK_EVENTS } from './webhook-events.ts'
import { webhookOperations } from './webhook-operations.ts'
import { createWebhookSink } from './webhook-sink.ts'
import {
  listWebhooks,
  MOVED_WEBHOOKS,
  SEALED_WEBHOOK_SECRETS,
  signingSecrets,
  topicOf,
  updateWebhook,
  WEBHOOKS_CHANGED,
} from './webhooks.ts'

/** The specification asks for 15 to 30 seconds. */
const TIMEOUT_MS = 15 * SECOND_MS

export function webhooks(services: Services): Feature {
  const { db } = services
  const filters = createFilters(services)
  return {
    api: () => webhookOperations(services),
    eventLanes: [
      {
        topic: EVENT_TOPICS.webhooks,
        takes: 'event',
        wants: async (type, sql) => (await filters(sql)).some((filter) => wantsType(filter, type)),
      },
    ],
    sinks: () => ({ [EVENT_TOPICS.webhooks]: createWebhookFanOut(services) }),
    sinkSource: createWebhookSource(services),
    upkeep: { webhookEvents: (nowMs, limit) => purgeWebhookEvents(db, nowMs, limit) },
    sealed: [...SEALED_WEBHOOK_SECRETS, SEALED_WEBHOOK_EVENTS],
    moves: [MOVED_WEBHOOKS],
  }
}

/** A command hears of no changes, so this is the longest that an answer is used. */
const FILTERS_FRESH_MS = SECOND_MS

/** Which types the webhooks want, at most a second old. A change that the feed reports counts at once. */
function createFilters({ feed, clock }: Pick<Services, 'feed' | 'clock'>) {
  let known: { filters: string[][]; readAtMs: number } | undefined
  feed.on(WEBHOOKS_CHANGED, () => {
    known = undefined
  })
  return async (sql: Sql): Promise<string[][]> => {
    if (known && clock() - known.readAtMs < FILTERS_FRESH_MS) return known.filters
    const readAtMs = clock()
    const filters = (await listWebhooks(sql)).map(({ eventTypes }) => eventTypes)
    known = { filters, readAtMs }
    return filters
  }
}

/** One lane for each webhook that is enabled. A changed address opens it anew. */
export function createWebhookSource(
  services: Pick<Services, 'db' | 'clock' | 'sealer' | 'config' | 'log'>,
): SinkSource {
  const { db, clock, config, log } = services
  const fetch = createGuardedFetch({ ...config.guard, timeoutMs: TIMEOUT_MS })
  return async () => {
    const enabled = (await listWebhooks(db)).filter((webhook) => webhook.enabled)
    return Object.fromEntries(
      enabled.map(({ id, url }) => {
        const onGone = async () => {
          await updateWebhook({ db, clock }, id, { enabled: false })
          log.warn({ id }, 'webhook.disabled_by_receiver')
        }
        const secrets = () => signingSecrets(services, id)
        return [
          topicOf(id),
          { version: url, open: () => createWebhookSink({ url, secrets, fetch, clock, onGone }) },
        ]
      }),
    )
  }
}
