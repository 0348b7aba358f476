/** A change of address that waits for its confirmation, and a deletion that waits, for operators. */
import { z } from 'zod'
import type { Account } from '../../accounts/account.ts'
import { cancelNewAddress, pendingAddress } from '../../accounts/journeys/new-address.ts'
import { byCaller } from '../../operations/bearer.ts'
import { operation } from '../../operations/operation.ts'
import type { Operation } from '../../operations/operation.ts'
import { showAccount, timeOf } from '../../operations/shown-account.ts'
import { AppError } from '../../platform/errors.ts'
import type { Services } from '../../services.ts'
import { common, NO_ACCOUNT, params, theAccount } from './caller.ts'

const shown = z
  .object({ email: z.string(), expires_at: z.iso.datetime().describe('Until then the code counts.') })
  .meta({
    title: 'AccountNewEmail',
    examples: [{ email: 'ann.lee@example.com', expires_at: '2026-01-06T09:30:00.000Z' }],
  })

const NOTHING_WAITS = {
  ...NO_ACCOUNT,
  new_email_not_found: { status: 404, when: 'No change of address waits.' },
} as const

const PATH = '/accounts/{id}/new-email'

export function newEmailOperations(needs: Services): readonly Operation[] {
  return [reading(needs), cancelling(needs)]
}

function reading(needs: Services): Operation {
  return operation({
    ...common,
    id: 'getAccountNewEmail',
    method: 'get',
    path: PATH,
    summary: 'Read the new address that a person asked for and did not confirm yet',
    scope: 'accounts:read',
    params,
    answer: { status: 200, description: 'The new address.', schema: shown },
    problems: NOTHING_WAITS,
    async handle({ params: { id } }) {
      await theAccount(needs.db, id)
      const pending = await pendingAddress(needs, id)
      if (!pending) throw nothingWaits()
      return { body: { email: pending.email, expires_at: timeOf(pending.expiresAtMs) } }
    },
  })
}

function cancelling(needs: Services): Operation {
  return operation({
    ...common,
    id: 'cancelAccountNewEmail',
    method: 'delete',
    path: PATH,
    summary: 'Cancel a change of address that waits',
    description: 'The code that was mailed counts no longer. The account keeps its address.',
    scope: 'accounts:manage',
    params,
    answer: { status: 204, description: 'Nothing waits any more.' },
    problems: NOTHING_WAITS,
    async handle(request) {
      const { id } = request.params
      await theAccount(needs.db, id)
      const expects = (before: Account) => request.assertMatches(showAccount(needs.config, before))
      if (!(await cancelNewAddress(needs, id, byCaller(request), expects))) throw nothingWaits()
      return { body: undefined }
    },
  })
}

function nothingWaits(): AppError {
  return new AppError('new_email_not_found', 404, 'No change of address waits.')
}
