/** Webhooks with what waits for each, for operators. */
import { topicStats } from '../../outbox/dead-letters.ts'
import type { TopicStats } from '../../outbox/dead-letters.ts'
import type { Db } from '../../platform/sql/database.ts'
import { findWebhook, listWebhooks, topicOf } from './webhooks.ts'
import type { Webhook } from './webhooks.ts'

export type WatchedWebhook = Webhook & { waiting: number; givenUp: number; lastError: string | null }

/** Oldest first. */
export async function watchedWebhooks(db: Db): Promise<WatchedWebhook[]> {
  return watch(db, await listWebhooks(db))
}

/** @throws AppError 404 `webhook_not_found` */
export async function watchedWebhook(db: Db, id: string): Promise<WatchedWebhook> {
  const webhook = await findWebhook(db, id)
  const [watched] = await watch(db, [webhook])
  return watched ?? withStats(webhook, undefined)
}

async function watch(db: Db, webhooks: readonly Webhook[]): Promise<WatchedWebhook[]> {
  const topics = webhooks.map(({ id }) => topicOf(id))
  const stats = await topicStats(db, topics)
  return webhooks.map((webhook) => withStats(webhook, stats.get(topicOf(webhook.id))))
}

function withStats(webhook: Webhook, stats: TopicStats | undefined): WatchedWebhook {
  const { waiting = 0, dead = 0, lastError = null } = stats ?? {}
  return { ...webhook, waiting, givenUp: dead, lastError }
}
