/**
 * The mails of the outbox as operators see them: recipient, kind, number of attempts and the last error. Never the text, which
 * holds links and codes. Owns no rows; the relay moves them.
 */
import { z } from 'zod'
import { AppError } from '../platform/errors.ts'
import type { Db } from '../platform/sql/database.ts'
import type { Services } from '../services.ts'
import type { Sealer } from '../platform/tokens.ts'
import { findMessage } from '../outbox/dead-letters.ts'
import type { KeptMessage } from '../outbox/dead-letters.ts'
import { kindIn, recipientKeys } from '../outbox/mail/recipient.ts'
import { MAIL_KINDS } from '../outbox/mail-request.ts'
import { openMessage } from '../outbox/opened-message.ts'
import { MAIL_TOPIC } from '../outbox/outbox.ts'
import type { MailState } from './mail-states.ts'

export type KeptMail = Omit<KeptMessage, 'payload' | 'recordKey' | 'topic'> & {
  state: MailState
  /** The template. */
  kind: string | null
  to: string | null
}

/** The time that a mail has in this state alone. */
const TIMES = {
  waiting: 'nextAttemptAtMs',
  given_up: 'deadAtMs',
  delivered: 'deliveredAtMs',
} as const satisfies Record<MailState, keyof KeptMessage>

const COLUMNS = [
  'id',
  'topic',
  'recordKey',
  'payload',
  'attempts',
  'createdAtMs',
  'interruptions',
  'lastError',
  'nextAttemptAtMs',
  'deadAtMs',
  'deliveredAtMs',
] as const satisfies readonly (keyof KeptMessage)[]

type Opening = { db: Db; sealer: Sealer }
type Page = {
  state?: MailState | undefined
  before?: string | undefined
  limit: number
  /** Of `recipientKeys`: only mails to this address. */
  keys?: readonly string[]
}

/** The newest first. `before`: the id of a mail; only older ones. */
export async function listMails(
  { db, sealer }: Opening,
  { state, before, limit, keys }: Page,
): Promise<KeptMail[]> {
  const query = db('outbox_messages').where({ topic: MAIL_TOPIC })
  if (keys !== undefined) void query.whereIn('recordKey', keys)
  if (state !== undefined) void query.whereNotNull(TIMES[state])
  if (before !== undefined) void query.where('id', '<', before)
  const rows: KeptMessage[] = await query
    .orderBy('id', 'desc')
    .limit(limit)
    .select(...COLUMNS)
  return rows.map((row) => withoutText(row, sealer))
}

/** The latest mails to an address: those that wait, were given up, or were delivered in the last seven days. */
export async function mailsTo(
  needs: Opening & Pick<Services, 'config'>,
  address: string,
  limit: number,
): Promise<KeptMail[]> {
  return listMails(needs, { keys: keysTo(needs, address), limit })
}

/** What `listMails` takes for the mails to an address. */
export function keysTo({ config }: Pick<Services, 'config'>, address: string): string[] {
  return recipientKeys(config.keys.index, address, MAIL_KINDS)
}

/** @throws AppError 404 `mail_not_found` */
export async function theMail({ db, sealer }: Opening, id: string): Promise<KeptMail> {
  const found = await findMessage(db, id)
  if (found?.topic === MAIL_TOPIC) return withoutText(found, sealer)
  throw new AppError('mail_not_found', 404, 'There is no mail with this id.')
}

const envelope = z.object({ to: z.string(), template: z.string() })

function withoutText({ payload, recordKey, topic, ...rest }: KeptMessage, sealer: Sealer): KeptMail {
  const opened = payload === null ? undefined : envelopeOf({ ...rest, payload, recordKey, topic }, sealer)
  return {
    ...rest,
    state: stateOf(rest),
    kind: opened?.template ?? kindIn(recordKey),
    to: opened?.to ?? null,
  }
}

/** Undefined where its key is no longer configured. */
function envelopeOf(message: KeptMessage, sealer: Sealer): z.output<typeof envelope> | undefined {
  try {
    return envelope.safeParse(openMessage(message, sealer).payload).data
  } catch {
    return undefined
  }
}

function stateOf({ deliveredAtMs, deadAtMs }: Pick<KeptMessage, 'deliveredAtMs' | 'deadAtMs'>): MailState {
  if (deliveredAtMs !== null) return 'delivered'
  return deadAtMs === null ? 'waiting' : 'given_up'
}
