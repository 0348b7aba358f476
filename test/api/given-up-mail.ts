/** A mail that no worker delivers any more. */
import type { Parts } from '../../src/process/start/parts.ts'

export const GIVEN_UP = { to: 'ann@example.org', reason: 'smtp 550 RCPT TO' }

/** Answers its id. No worker sees it before it is given up. */
export async function givenUpMail(
  { db, outbox, clock }: Pick<Parts, 'db' | 'outbox' | 'clock'>,
  to = GIVEN_UP.to,
): Promise<string> {
  return db.transaction(async (trx) => {
    const data = { name: 'Ann', link: 'https://accounts.example/reset?token=hidden', code: 'HIDE-ME1' }
    const id = await outbox.enqueueMail(trx, {
      template: 'reset',
      to,
      data: { ...data, expiresAtMs: clock() },
    })
    const dead = { nextAttemptAtMs: null, deadAtMs: clock(), attempts: 20, lastError: GIVEN_UP.reason }
    await trx('outbox_messages').where({ id }).update(dead)
    return id
  })
}
