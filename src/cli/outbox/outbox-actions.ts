/** What the commands of `outbox` do. */
import { recordAudit } from '../../audit/audit.ts'
import { currentActor } from '../../events/actor.ts'
import { AppError } from '../../platform/errors.ts'
import { inTransaction } from '../../platform/sql/database.ts'
import { deadLetters, findMessage, outboxStats, replayDead, replayTopic } from '../../outbox/dead-letters.ts'
import type { KeptMessage } from '../../outbox/dead-letters.ts'
import { openMessage } from '../../outbox/opened-message.ts'
import type { Sealer } from '../../platform/tokens.ts'
import type { Services } from '../../services.ts'
import type { Answer } from '../../command-line/command.ts'
import { usageError } from '../../command-line/input.ts'
import type { Input } from '../../command-line/input.ts'
import { isoTime, record, table } from '../../command-line/layout.ts'

export async function listDead(input: Input, { db, clock }: Services): Promise<Answer> {
  const { pending, dead, oldestPendingAgeMs } = await outboxStats(db, clock())
  const limit = input.integer('limit', { min: 1, max: 1000 })
  const letters = await deadLetters(db, { limit, topic: input.text('topic') })
  const found = letters.map(({ id, topic, attempts, lastError, deadAtMs }) => ({
    id,
    topic,
    attempts,
    last_error: lastError,
    dead_at: isoTime(deadAtMs),
  }))
  const oldestSeconds = Math.round(oldestPendingAgeMs / 1000)
  const rows = found.map((one) => [one.id, one.topic, one.attempts, one.dead_at, one.last_error])
  const waiting = pending === 0 ? '' : `, the oldest for ${oldestSeconds} s`
  const counts = `${dead} given up, ${pending} waiting${waiting}.`
  const list = table(['ID', 'TOPIC', 'ATTEMPTS', 'GIVEN UP', 'LAST ERROR'], rows, 'Nothing was given up.')
  return {
    data: { dead_letters: found, dead, pending, oldest_pending_seconds: oldestSeconds },
    text: `${list}\n\n${counts}`,
  }
}

/** Mails hold links that open accounts. These hold what receivers get anyway. */
const READABLE = /^(?:events|registration|webhook)\./

export async function show({ operands: [id = ''] }: Input, { db, sealer }: Services): Promise<Answer> {
  const found = await findMessage(db, id)
  if (!found) throw new AppError('message_not_found', 404, 'There is no message with this id.')
  const { recordKey, createdAtMs, nextAttemptAtMs, deadAtMs, deliveredAtMs } = found
  const fields = {
    id: found.id,
    topic: found.topic,
    key: recordKey,
    state: deliveredAtMs !== null ? 'delivered' : deadAtMs !== null ? 'given up' : 'waiting',
    attempts: found.attempts,
    worker_deaths: found.interruptions,
    last_error: found.lastError,
    created_at: isoTime(createdAtMs),
    next_attempt_at: isoTime(nextAttemptAtMs),
    dead_at: isoTime(deadAtMs),
    delivered_at: isoTime(deliveredAtMs),
  }
  const content = contentOf(found, sealer)
  const shown = content === undefined ? '' : `\n\n${JSON.stringify(content, null, 2)}`
  return { data: { ...fields, content: content ?? null }, text: `${record(fields)}${shown}` }
}

/** Nothing where its key is no longer configured. */
function contentOf(message: KeptMessage, sealer: Sealer): unknown {
  if (message.payload === null || !READABLE.test(message.topic)) return undefined
  try {
    return openMessage(message, sealer).payload
  } catch {
    return undefined
  }
}

export async function replay(input: Input, { db, clock }: Services): Promise<Answer> {
  const { operands } = input
  const topic = input.text('topic')
  const chosen = [operands.length > 0, input.flag('all'), topic !== undefined].filter(Boolean)
  if (chosen.length !== 1) throw usageError('outbox replay takes IDs, --all or --topic, one of them')
  const atMs = clock()
  const replayed = await inTransaction(db, async (trx) => {
    const ids = input.flag('all') ? 'all' : operands
    const messages =
      topic === undefined ? await replayDead(trx, ids, atMs) : await replayTopic(trx, topic, atMs)
    const detail = { messages, ...(topic === undefined ? { ids } : { topic }) }
    if (messages > 0)
      await recordAudit(trx, { atMs, action: 'outbox.replayed', actor: currentActor(), detail })
    return messages
  })
  if (replayed === 0 && operands.length > 0)
    throw new AppError('message_not_found', 404, 'None of these is a message that was given up.')
  return { data: { replayed }, text: `${replayed} due again.` }
}
