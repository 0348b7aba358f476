/**
 * The transactional outbox: a message is a row written in the caller's own transaction, and a relay delivers it later.
 * So the message exists only if its change was committed. No receiver can slow down or fail a request. Owns writing;
 * the relay claims and delivers.
 */
import { AppError } from '../platform/errors.ts'
import type { Clock } from '../platform/clock.ts'
import type { Sql } from '../platform/sql/database.ts'
import type { SealedColumn } from '../platform/sql/reseal.ts'
import type { Sealer } from '../platform/tokens.ts'
import { mailRequestSchema, OF_A_JOURNEY } from './mail-request.ts'
import type { MailRequest } from './mail-request.ts'
import { recipientKey } from './mail/recipient.ts'
import { languageOf } from '../words/reader-language.ts'
import { readersApp, readersLanguage } from '../words/reader.ts'
import { NO_TRACING } from '../platform/tracing/tracing.ts'
import type { Tracing } from '../platform/tracing/tracing.ts'
import { timeOrderedIds } from '../platform/time-ordered-id.ts'

export const MAIL_TOPIC = 'mail'

type OutboxRecord = {
  /** Names the sink, at most 64 characters. */
  topic: string
  /** What the receiver partitions or routes by, at most 255 characters. Stored in the clear. */
  key?: string
  /** The id sorts after those of all earlier messages of this topic and key: for sinks that are `ordered`. */
  ordered?: boolean
  /** Anything JSON can hold. Sealed in the row and erased after delivery, since it carries links that open accounts. */
  payload: object
}

export type Outbox = {
  /** Writes one message with `sql`, the caller's transaction; answers its id, from which the Message-ID is made. */
  record: (sql: Sql, message: OutboxRecord) => Promise<string>
  /**
   * Asks for one mail, in the language of its `locale`. If there is none, or it is no language of ours: in that of the
   * request that is being answered, else in English. Throws `AppError('mail_field_invalid', 400)` when a field could
   * break out of its place (line breaks, a second address).
   */
  enqueueMail: (sql: Sql, request: MailRequest) => Promise<string>
}

/** `key`: makes the digests of receivers, by which an operator finds the mails of one person. */
type Recording = { sealer: Sealer; clock: Clock; tracing?: Tracing; key?: Buffer }

/** `onCommitted` is called once a message is committed. It wakes a relay in the same process, which then need not poll. */
export function createOutbox(
  { sealer, clock, tracing = NO_TRACING, key: ofRecipients }: Recording,
  onCommitted?: () => void,
): Outbox {
  const nextId = timeOrderedIds(clock)

  async function record(sql: Sql, { topic, key, payload, ordered }: OutboxRecord): Promise<string> {
    const id = nextId(ordered && key !== undefined ? await latestId(sql, topic, key) : undefined)
    const now = clock()
    await sql('outbox_messages').insert({
      id,
      topic,
      recordKey: key ?? null,
      payload: sealer.seal(JSON.stringify(payload), sealContext(id, topic)),
      nextAttemptAtMs: now,
      createdAtMs: now,
      traceparent: tracing.traceparent() ?? null,
    })
    if (onCommitted) afterCommit(sql, onCommitted)
    return id
  }

  async function enqueueMail(sql: Sql, request: MailRequest): Promise<string> {
    const parsed = mailRequestSchema.safeParse(request)
    if (!parsed.success) {
      throw new AppError(
        'mail_field_invalid',
        400,
        'A name or address contains characters that are not allowed.',
        {
          cause: parsed.error,
        },
      )
    }
    const { data } = parsed
    const locale = languageOf(data.locale ? [data.locale] : []) ?? readersLanguage() ?? 'en'
    const app = OF_A_JOURNEY.has(data.template) ? readersApp() : undefined
    const key = ofRecipients && { key: recipientKey(ofRecipients, data.to, data.template) }
    return record(sql, { topic: MAIL_TOPIC, ...key, payload: { ...data, locale, app } })
  }

  return { record, enqueueMail }
}

/** The column that `keys reseal` seals again. */
export const SEALED_MESSAGES: SealedColumn = {
  what: 'outbox messages',
  table: 'outboxMessages',
  column: 'payload',
  key: 'id',
  needs: ['topic'],
  context: ({ id = '', topic = '' }) => sealContext(id, topic),
}

/** Binds a sealed payload to its row: copied into another one, it does not open. */
export function sealContext(id: string, topic: string): string {
  return `outbox:${topic}:${id}`
}

async function latestId(sql: Sql, topic: string, recordKey: string): Promise<string | undefined> {
  const latest: { id: string } | undefined = await sql('outbox_messages')
    .where({ topic, recordKey })
    .orderBy('id', 'desc')
    .first('id')
  return latest?.id
}

function afterCommit(sql: Sql, committed: () => void): void {
  if (!('executionPromise' in sql)) return committed()
  // The transaction's own caller gets the rollback. Here there is nothing to announce.
  sql.executionPromise.then(committed, () => undefined)
}
