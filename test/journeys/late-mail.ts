import { MINUTE_MS } from '../../src/platform/clock.ts'
import type { Db } from '../../src/platform/sql/database.ts'

/** Mails leave late while `work` runs: one waits since two minutes for an attempt in ten. */
export async function withLateMail(db: Db, work: () => Promise<void>): Promise<void> {
  const id = 'a-mail-that-waits'
  const [createdAtMs, nextAttemptAtMs] = [Date.now() - 2 * MINUTE_MS, Date.now() + 10 * MINUTE_MS]
  await db('outbox_messages').insert({ id, topic: 'mail', payload: 'sealed', createdAtMs, nextAttemptAtMs })
  try {
    await work()
  } finally {
    await db('outbox_messages').where({ id }).delete()
  }
}
