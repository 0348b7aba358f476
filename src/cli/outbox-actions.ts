/** What the commands of `outbox` do. */
import { AppError } from '../platform/errors.ts'
import { deadLetters, outboxStats, replayDead } from '../outbox/dead-letters.ts'
import type { Services } from '../services.ts'
import type { Answer } from '../command-line/command.ts'
import { usageError } from '../command-line/input.ts'
import type { Input } from '../command-line/input.ts'
import { isoTime, table } from '../command-line/layout.ts'

export async function listDead(input: Input, { db, clock }: Services): Promise<Answer> {
  const { pending, dead, oldestPendingAgeMs } = await outboxStats(db, clock())
  const letters = await deadLetters(db, input.integer('limit', { min: 1, max: 1000 }))
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

export async function replay(input: Input, { db, clock }: Services): Promise<Answer> {
  const { operands } = input
  if (input.flag('all') === operands.length > 0) throw usageError('outbox replay takes either IDs or --all')
  const replayed = await replayDead(db, input.flag('all') ? 'all' : operands, clock())
  if (replayed === 0 && operands.length > 0)
    throw new AppError('message_not_found', 404, 'None of these is a message that was given up.')
  return { data: { replayed }, text: `${replayed} due again.` }
}
