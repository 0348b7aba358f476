/**
 * Webhooks: the addresses that get events. Owns the table `webhooks`. A secret is shown once and stored sealed; after a
 * rotation the older one signs as well for a while.
 */
import { randomUUID } from 'node:crypto'
import { recordAudit } from '../../audit/audit.ts'
import type { AuditAction } from '../../audit/audited-actions.ts'
import { currentActor } from '../../events/actor.ts'
import { removeLane } from '../../outbox/held-lane.ts'
import type { Clock } from '../../platform/clock.ts'
import { AppError } from '../../platform/errors.ts'
import { noteChange } from '../../platform/sql/change-feed.ts'
import { inTransaction } from '../../platform/sql/database.ts'
import type { Db, Sql } from '../../platform/sql/database.ts'
import type { MovedTable } from '../../platform/sql/moved-table.ts'
import type { SealedColumn } from '../../platform/sql/reseal.ts'
import type { Sealer } from '../../platform/tokens.ts'
import { newSecret } from './signature.ts'

/** The topic of the change feed. */
export const WEBHOOKS_CHANGED = 'webhooks'

export type Webhook = {
  id: string
  url: string
  description: string
  /** Empty for all. */
  eventTypes: string[]
  enabled: boolean
  oldSecretUntilMs: number
  createdAtMs: number
}

export type WebhookChange = Partial<Pick<Webhook, 'url' | 'description' | 'eventTypes' | 'enabled'>>

type Needs = { db: Db; clock: Clock; sealer: Sealer }
/** Gets the webhook before the change. Throws to refuse it. */
type Expects = (webhook: Webhook) => void
type WebhookAction = Extract<AuditAction, `webhook.${string}`>

/** The outbox topic of one webhook. */
export function topicOf(id: string): string {
  return `webhook.${id}`
}

/** Answers the secret, which cannot be shown again. */
export async function createWebhook(
  { db, clock, sealer }: Needs,
  { url, description, eventTypes }: Pick<Webhook, 'url' | 'description' | 'eventTypes'>,
): Promise<{ webhook: Webhook; secret: string }> {
  const id = randomUUID()
  const secret = newSecret()
  const webhook = {
    id,
    url,
    description,
    eventTypes,
    enabled: true,
    oldSecretUntilMs: 0,
    createdAtMs: clock(),
  }
  await inTransaction(db, async (trx) => {
    const row = {
      ...webhook,
      eventTypes: JSON.stringify(eventTypes),
      secret: sealer.seal(secret, contextOf(id)),
    }
    await trx('webhooks').insert(row)
    await noteWebhook(trx, { atMs: webhook.createdAtMs, action: 'webhook.created', id, detail: { url } })
  })
  return { webhook, secret }
}

/** Oldest first. */
export async function listWebhooks(sql: Sql): Promise<Webhook[]> {
  const rows: Row[] = await sql('webhooks').select(COLUMNS).orderBy(['createdAtMs', 'id'])
  return rows.map(toWebhook)
}

/** @throws AppError 404 `webhook_not_found` */
export async function updateWebhook(
  needs: Pick<Needs, 'db' | 'clock'>,
  id: string,
  change: WebhookChange,
  expects?: Expects,
): Promise<Webhook> {
  const { eventTypes, ...rest } = change
  const values = { ...rest, ...(eventTypes ? { eventTypes: JSON.stringify(eventTypes) } : {}) }
  await changeRow(needs, id, { values, action: 'webhook.changed', detail: { ...change } }, expects)
  return findWebhook(needs.db, id)
}

/** Answers the new secret. The one before it signs as well until `overlapMs` are over. */
export async function rotateSecret(
  { db, clock, sealer }: Needs,
  id: string,
  overlapMs: number,
): Promise<string> {
  const secret = newSecret()
  const values = {
    oldSecret: db.ref('secret'),
    oldSecretUntilMs: clock() + overlapMs,
    secret: sealer.seal(secret, contextOf(id)),
  }
  await changeRow({ db, clock }, id, { values, action: 'webhook.secret_rotated', detail: { overlapMs } })
  return secret
}

/** Also removes what waits for it. */
export async function deleteWebhook(
  { db, clock }: Pick<Needs, 'db' | 'clock'>,
  id: string,
  expects?: Expects,
): Promise<void> {
  await inTransaction(db, async (trx) => {
    const before = await findWebhook(trx, id)
    expects?.(before)
    await trx('webhooks').where({ id }).delete()
    const detail = { url: before.url }
    await noteWebhook(trx, { atMs: clock(), action: 'webhook.deleted', id, detail })
  })
  await removeLane(db, topicOf(id))
}

/** @throws AppError 404 `webhook_not_found` */
export async function findWebhook(sql: Sql, id: string): Promise<Webhook> {
  const row: Row | undefined = await sql('webhooks').where({ id }).first(COLUMNS)
  if (!row) throw new AppError('webhook_not_found', 404, 'There is no webhook with this id.')
  return toWebhook(row)
}

/** The secrets that sign now, the current one first. */
export async function signingSecrets({ db, clock, sealer }: Needs, id: string): Promise<string[]> {
  const row: { secret: string; oldSecret: string | null; oldSecretUntilMs: number } | undefined = await db(
    'webhooks',
  )
    .where({ id })
    .first('secret', 'oldSecret', 'oldSecretUntilMs')
  if (!row) return []
  const sealed = [
    row.secret,
    ...(row.oldSecret && Number(row.oldSecretUntilMs) > clock() ? [row.oldSecret] : []),
  ]
  return sealed.flatMap((one) => sealer.open(one, contextOf(id)) ?? [])
}

/** The columns that `keys reseal` seals again. */
export const SEALED_WEBHOOK_SECRETS: readonly SealedColumn[] = ['secret', 'oldSecret'].map((column) => ({
  what: column === 'secret' ? 'webhook secrets' : 'older webhook secrets',
  table: 'webhooks',
  column,
  key: 'id',
  context: ({ id = '' }) => contextOf(id),
}))

/** As `export` and `import` move them. */
export const MOVED_WEBHOOKS: MovedTable = {
  type: 'webhook',
  plural: 'webhooks',
  table: 'webhooks',
  key: 'id',
  fields: {
    id: { kind: 'text', max: 36 },
    url: { kind: 'text', max: 2048 },
    description: { kind: 'text', max: 255 },
    eventTypes: { kind: 'json' },
    enabled: { kind: 'flag' },
    secret: { kind: 'sealed' },
    oldSecret: { kind: 'sealed', nullable: true },
    oldSecretUntilMs: { kind: 'moment' },
    createdAtMs: { kind: 'moment' },
  },
  context: ({ id }) => contextOf(String(id)),
  needsSealed: true,
  arrived: (sql) => noteChange(sql, WEBHOOKS_CHANGED),
}

type Row = Omit<Webhook, 'eventTypes' | 'enabled'> & { eventTypes: string; enabled: number | boolean }

const COLUMNS = ['id', 'url', 'description', 'eventTypes', 'enabled', 'oldSecretUntilMs', 'createdAtMs']

function contextOf(id: string): string {
  return `webhook:${id}`
}

function toWebhook({ eventTypes, enabled, ...row }: Row): Webhook {
  return { ...row, eventTypes: JSON.parse(eventTypes) as string[], enabled: Boolean(enabled) }
}

type Change = { values: Record<string, unknown>; action: WebhookAction; detail: Record<string, unknown> }

async function changeRow(
  { db, clock }: Pick<Needs, 'db' | 'clock'>,
  id: string,
  { values, action, detail }: Change,
  expects?: Expects,
): Promise<void> {
  await inTransaction(db, async (trx) => {
    const before = await findWebhook(trx, id)
    expects?.(before)
    if (Object.keys(values).length > 0) await trx('webhooks').where({ id }).update(values)
    await noteWebhook(trx, { atMs: clock(), action, id, detail })
  })
}

type Noted = { atMs: number; action: WebhookAction; id: string; detail: Record<string, unknown> }

/** In the transaction of the change: every process hears of it, and the audit trail has who did it. */
async function noteWebhook(sql: Sql, { id, detail, ...entry }: Noted): Promise<void> {
  await noteChange(sql, WEBHOOKS_CHANGED)
  await recordAudit(sql, { ...entry, actor: currentActor(), detail: { webhook: id, ...detail } })
}
