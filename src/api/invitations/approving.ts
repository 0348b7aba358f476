/** Accounts that wait for an approval: list, approve, refuse. */
import { z } from 'zod'
import { accountNotFound } from '../../accounts/account.ts'
import { byCaller } from '../../operations/bearer.ts'
import { operation } from '../../operations/operation.ts'
import type { Operation } from '../../operations/operation.ts'
import { showAccount, shownAccount, timeOf } from '../../operations/shown-account.ts'
import {
  approveRegistration,
  listWaiting,
  refuseRegistration,
} from '../../accounts/registrations/approvals.ts'
import type { Services } from '../../services.ts'

const common = { tag: 'Accounts', caller: 'administrator' } as const

const waitingList = z
  .object({ items: z.array(shownAccount.extend({ requested_at: z.iso.datetime() })) })
  .meta({ title: 'Waiting accounts' })

export function approvalOperations(needs: Services): readonly Operation[] {
  return [
    operation({
      ...common,
      id: 'listWaitingAccounts',
      method: 'get',
      path: '/waiting-accounts',
      summary: 'List the accounts that wait for an approval, the oldest first',
      scope: 'accounts:read',
      answer: { status: 200, description: 'Those with a confirmed address.', schema: waitingList },
      async handle() {
        const items = await listWaiting(needs.db)
        const shown = items.map((one) => ({
          ...showAccount(needs.config, one),
          requested_at: timeOf(one.requestedAtMs),
        }))
        return { body: { items: shown } }
      },
    }),
    answering(needs, 'approve'),
    answering(needs, 'refuse'),
  ]
}

const ANSWERS = {
  approve: {
    id: 'approveAccount',
    summary: 'Approve an account that waits',
    description: 'It may sign in, and a mail says so.',
    done: 'The account may sign in.',
    run: approveRegistration,
  },
  refuse: {
    id: 'refuseAccount',
    summary: 'Refuse an account that waits',
    description: 'It is deleted, and a mail says so.',
    done: 'The account is deleted.',
    run: refuseRegistration,
  },
} as const

function answering(needs: Services, verb: keyof typeof ANSWERS): Operation {
  const { id, summary, description, done, run } = ANSWERS[verb]
  return operation({
    ...common,
    id,
    method: 'post',
    path: `/waiting-accounts/{id}/${verb}`,
    summary,
    description,
    scope: 'accounts:manage',
    params: z.strictObject({ id: z.string().max(64) }),
    answer: { status: 204, description: done },
    problems: {
      account_not_found: { status: 404, when: 'There is no account with this id.' },
      not_waiting: { status: 409, when: 'The account does not wait.' },
    },
    async handle({ params, token }) {
      if (!(await run(needs, params.id, byCaller({ token })))) throw accountNotFound()
      return { body: undefined }
    },
  })
}
