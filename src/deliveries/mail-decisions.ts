/** What operators decide about mails that were given up or wait: to try again, or to remove them. Each is in the audit trail. */
import { recordAudit } from '../audit/audit.ts'
import { currentActor } from '../events/actor.ts'
import { replayDead, replayTopic } from '../outbox/dead-letters.ts'
import { withdraw } from '../outbox/mail-queue.ts'
import { MAIL_TOPIC } from '../outbox/outbox.ts'
import { AppError } from '../platform/errors.ts'
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
  if ((await replayDead(needs.db, [id], needs.clock())) === 0)
    throw new AppError('mail_not_given_up', 409, 'This mail was not given up: it waits, or was delivered.')
  await note(needs, 'mail.replayed', { mail: id, kind: mail.kind })
  return theMail(needs, id)
}

/** The same for every mail that was given up; answers how many. */
export async function replayMails(needs: Deciding): Promise<number> {
  const mails = await replayTopic(needs.db, MAIL_TOPIC, needs.clock())
  if (mails > 0) await note(needs, 'mail.replayed', { mails })
  return mails
}

/** It is then never sent. @throws AppError 404 `mail_not_found`, 409 `mail_not_waiting` */
export async function deleteMail(needs: Deciding, id: string, expects?: Expects): Promise<void> {
  const mail = await theMail(needs, id)
  expects?.(mail)
  if (!(await withdraw(needs.db, id, needs.clock())))
    throw new AppError('mail_not_waiting', 409, 'This mail was delivered, or a worker delivers it now.')
  await note(needs, 'mail.deleted', { mail: id, kind: mail.kind })
}

async function note(
  { db, clock }: Deciding,
  action: 'mail.replayed' | 'mail.deleted',
  detail: Record<string, unknown>,
): Promise<void> {
  await recordAudit(db, { atMs: clock(), action, actor: currentActor(), detail })
}
