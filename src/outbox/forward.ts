/** Writes a message once more, into another lane. */
import { createHash } from 'node:crypto'
import type { Clock } from '../platform/clock.ts'
import type { Sql } from '../platform/sql/database.ts'
import type { Sealer } from '../platform/tokens.ts'
import { sealContext } from './outbox.ts'

type Forwarded = {
  /** Handed on again after a crash, a message of this id is not written twice. */
  id: string
  key?: string | undefined
  payload: unknown
}

/** With `sql`, the caller's transaction. */
export async function forwardMessage(
  sql: Sql,
  { sealer, clock }: { sealer: Sealer; clock: Clock },
  message: Forwarded,
  topic: string,
): Promise<void> {
  const id = derivedId(message.id, topic)
  const nowMs = clock()
  await sql('outbox_messages')
    .insert({
      id,
      topic,
      recordKey: message.key ?? null,
      payload: sealer.seal(JSON.stringify(message.payload), sealContext(id, topic)),
      nextAttemptAtMs: nowMs,
      createdAtMs: nowMs,
    })
    .onConflict('id')
    .ignore()
}

/** Sorts as the first id does: what that has of time and counter stays, the random part becomes a digest. */
function derivedId(id: string, topic: string): string {
  const digest = createHash('sha256').update(`${id} ${topic}`).digest('hex')
  return `${id.slice(0, 19)}8${digest.slice(0, 3)}-${digest.slice(3, 15)}`.slice(0, 36)
}
