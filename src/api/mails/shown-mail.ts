/** A mail of the queue as the API shows it: never its text. */
import { z } from 'zod'
import type { KeptMail } from '../../deliveries/kept-mails.ts'
import { MAIL_STATES } from '../../deliveries/mail-states.ts'
import { timeOf } from '../../operations/shown-account.ts'

export const common = { tag: 'Mails', caller: 'administrator' } as const
export const params = z.strictObject({ id: z.string().max(64) })
export const NO_MAIL = { mail_not_found: { status: 404, when: 'There is no mail with this id.' } } as const

export const shownMail = z
  .object({
    id: z.string(),
    state: z.enum(MAIL_STATES),
    kind: z.string().nullable().describe('Such as `activation`.'),
    to: z.string().nullable().describe('A mail that was delivered keeps no address.'),
    tries: z.int(),
    last_error: z.string().nullable(),
    created_at: z.iso.datetime(),
    next_try_at: z.iso.datetime().nullable(),
    given_up_at: z.iso.datetime().nullable(),
    delivered_at: z.iso.datetime().nullable(),
  })
  .meta({ title: 'Mail' })

export function showMail(mail: KeptMail): z.output<typeof shownMail> {
  const time = (ms: number | null) => (ms === null ? null : timeOf(Number(ms)))
  return {
    id: mail.id,
    state: mail.state,
    kind: mail.kind,
    to: mail.to,
    tries: mail.attempts,
    last_error: mail.lastError,
    created_at: timeOf(Number(mail.createdAtMs)),
    next_try_at: time(mail.nextAttemptAtMs),
    given_up_at: time(mail.deadAtMs),
    delivered_at: time(mail.deliveredAtMs),
  }
}
