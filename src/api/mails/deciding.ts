/** What operators decide about mails: to try again, or to remove one. */
import { z } from 'zod'
import type { KeptMail } from '../../deliveries/kept-mails.ts'
import { deleteMail, replayMail, replayMails } from '../../deliveries/mail-decisions.ts'
import { operation } from '../../operations/operation.ts'
import type { Operation } from '../../operations/operation.ts'
import type { Services } from '../../services.ts'
import { common, NO_MAIL, params, showMail, shownMail } from './shown-mail.ts'

export function decidingOperations(needs: Services): readonly Operation[] {
  return [replayingAll(needs), replaying(needs), deleting(needs)]
}

function replayingAll(needs: Services): Operation {
  return operation({
    ...common,
    id: 'replayMails',
    method: 'post',
    path: '/mails/replay',
    summary: 'Send all mails again that were given up',
    description: 'A link or code in an old mail may have expired.',
    scope: 'mails:manage',
    answer: {
      status: 200,
      description: 'How many are due again.',
      schema: z.object({ replayed: z.int() }).meta({ title: 'Replayed mails' }),
    },
    handle: async () => ({ body: { replayed: await replayMails(needs) } }),
  })
}

function replaying(needs: Services): Operation {
  return operation({
    ...common,
    id: 'replayMail',
    method: 'post',
    path: '/mails/{id}/replay',
    summary: 'Send a mail again that was given up',
    description: 'A link or code in an old mail may have expired.',
    scope: 'mails:manage',
    params,
    answer: { status: 200, description: 'The mail, which waits again.', schema: shownMail, etag: true },
    problems: {
      ...NO_MAIL,
      mail_not_given_up: { status: 409, when: 'The mail waits, or was delivered.' },
    },
    async handle({ params: { id }, assertMatches }) {
      const expects = (mail: KeptMail) => assertMatches(showMail(mail))
      return { body: showMail(await replayMail(needs, id, expects)) }
    },
  })
}

function deleting(needs: Services): Operation {
  return operation({
    ...common,
    id: 'deleteMail',
    method: 'delete',
    path: '/mails/{id}',
    summary: 'Delete a mail, so that it is never sent',
    scope: 'mails:manage',
    params,
    answer: { status: 204, description: 'The mail is gone.' },
    problems: {
      ...NO_MAIL,
      mail_not_waiting: { status: 409, when: 'The mail was delivered, or is being delivered.' },
    },
    async handle({ params: { id }, assertMatches }) {
      await deleteMail(needs, id, (mail) => assertMatches(showMail(mail)))
      return { body: undefined }
    },
  })
}
