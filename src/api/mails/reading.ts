/** Mails of the queue: list by state, and one by its id. */
import { z } from 'zod'
import { existing, findAccountById } from '../../accounts/account.ts'
import { keysTo, listMails, mailsTo, theMail } from '../../deliveries/kept-mails.ts'
import { MAIL_STATES } from '../../deliveries/mail-states.ts'
import { operation } from '../../operations/operation.ts'
import type { Operation } from '../../operations/operation.ts'
import { INVALID_CURSOR, pageOf, pageQuery } from '../../operations/paging.ts'
import { AppError } from '../../platform/errors.ts'
import type { Services } from '../../services.ts'
import { common, NO_MAIL, params, showMail, shownMail } from './shown-mail.ts'

export function readingOperations(needs: Services): readonly Operation[] {
  return [listing(needs), reading(needs), ofAccount(needs)]
}

const { limit, cursor } = pageQuery

function listing(needs: Services): Operation {
  return operation({
    ...common,
    id: 'listMails',
    method: 'get',
    path: '/mails',
    summary: 'List mails of the last days, the newest first',
    description:
      'Those that wait, were given up, or were delivered in the last seven days. Never their text.',
    scope: 'mails:read',
    query: z.strictObject({
      limit,
      cursor,
      state: z.enum(MAIL_STATES).optional(),
      to: z.string().min(1).max(320).optional().describe('Only mails to this address.'),
    }),
    answer: { status: 200, description: 'A page of mails.', schema: pageOf(shownMail) },
    problems: INVALID_CURSOR,
    async handle({ query: { limit: most, cursor: before, state, to } }) {
      if (before !== undefined && !/^[\w-]{1,64}$/.test(before))
        throw new AppError('invalid_cursor', 400, 'The cursor is not the next of a page before.')
      const keys = to === undefined ? {} : { keys: keysTo(needs, to) }
      const found = await listMails(needs, { state, before, limit: most + 1, ...keys })
      const mails = found.slice(0, most)
      const next = found.length > mails.length ? mails.at(-1)?.id : undefined
      return { body: { items: mails.map(showMail), ...(next !== undefined && { next }) } }
    },
  })
}

function reading(needs: Services): Operation {
  return operation({
    ...common,
    id: 'getMail',
    method: 'get',
    path: '/mails/{id}',
    summary: 'Read the state of a mail',
    scope: 'mails:read',
    params,
    answer: { status: 200, description: 'The mail, without its text.', schema: shownMail, etag: true },
    problems: NO_MAIL,
    handle: async ({ params: { id } }) => ({ body: showMail(await theMail(needs, id)) }),
  })
}

/** A person can have as many in a week as the limits of mails allow. */
const MOST_OF_ACCOUNT = 50

function ofAccount(needs: Services): Operation {
  return operation({
    ...common,
    id: 'listAccountMails',
    method: 'get',
    path: '/accounts/{id}/mails',
    summary: 'List the mails of the last days to an account, the newest first',
    description: 'To its present address. Never their text.',
    scope: 'mails:read',
    params,
    answer: {
      status: 200,
      description: 'The mails.',
      schema: z.object({ items: z.array(shownMail) }),
    },
    problems: { account_not_found: { status: 404, when: 'There is no account with this id.' } },
    async handle({ params: { id } }) {
      const { email } = existing(await findAccountById(needs.db, id))
      return { body: { items: (await mailsTo(needs, email, MOST_OF_ACCOUNT)).map(showMail) } }
    },
  })
}
