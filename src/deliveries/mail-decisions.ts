/** What operators decide about mails that were given up or wait: to try again, or to remove them. Each is in the audit trail. */
import { recordAudit } from '../audit/audit.ts'
import { currentActor } from '../events/actor.ts'
import { replayDead, replayTopic } from '../outbox/dead-letters.ts'
import { withdraw } from '../outbox/mail-queue.ts'
import { MAIL_TOPIC } from '../outbox/outbox.ts'
import { AppError } from '../platform/errors.ts'
import { inTransaction } from '../platform/sql/database.ts'
import type { Sql } from '../platform/sql/database.ts'
import type { Services } from '../services.ts'
import { theMail } from './kept-mails.ts'
import type { KeptMail } from './kept-mails.ts'

type Deciding = Pick<Services, 'db' | 'clock' | 'sealer'>
/** Gets the mail before the change. Throws to refuse it. */
type Expects = (mail: KeptMail) => void

/** Makes a mail that was given up due again. @throws AppError 404 `mail_not_found`, 409 `mail_not_given_up` */
export async function replayMail(needs: Deciding, id: string, expects?: Expects): Promise<KeptMail> {
  const mail = await theMail(needs, id)
  expects?.(mail)
  const atMs = needs.clock()
  await inTransaction(needs.db, async (trx) => {
    if ((await replayDead(trx, [id], atMs)) === 0)
      throw new AppError('mail_not_given_up', 409, 'This mail was not given up: it waits, or was delivered.')
    await note(trx, { atMs, action: 'mail.replayed', detail: { mail: id, kind: mail.kind } })
  })
  return theMail(needs, id)
}

/** The same for every mail that was given up; answers how many. */
export async function replayMails({ db, clock }: Deciding): Promise<number> {
  const atMs = clock()
  return inTransaction(db, async (trx) => {
    const mails = await replayTopic(trx, MAIL_TOPIC, atMs)
    if (mails > 0) await note(trx, { atMs, action: 'mail.replayed', detail: { mails } })
    return mails
  })
}

/** It is then never sent. @throws AppError 404 `mail_not_found`, 409 `mail_not_waiting` */
export async function deleteMail(needs: Deciding, id: string, expects?: Expects): Promise<void> {
  const mail = await theMail(needs, id)
  expects?.(mail)
  const atMs = needs.clock()
  await inTransaction(needs.db, async (trx) => {
    if (!(await withdraw(trx, id, atMs)))
      throw new AppError('mail_not_waiting', 409, 'This mail was delivered, or a worker delivers it now.')
    await note(trx, { atMs, action: 'mail.deleted', detail: { mail: id, kind: mail.kind } })
  })
}

type Decided = { atMs: number; action: 'mail.replayed' | 'mail.deleted'; detail: Record<string, unknown> }

async function note(trx: Sql, decided: Decided): Promise<void> {
  await recordAudit(trx, { ...decided, actor: currentActor() })
}
