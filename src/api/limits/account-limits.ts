/** The limits of one account, for who supports people. */
import { z } from 'zod'
import { clearLimit } from '../../limits/clear-limit.ts'
import { limitNotFound, limitsOfAccount, theLimit } from '../../limits/limits.ts'
import { byCaller } from '../../operations/bearer.ts'
import { operation } from '../../operations/operation.ts'
import type { Operation } from '../../operations/operation.ts'
import type { Services } from '../../services.ts'
import { limitId, NO_LIMIT, showLimit, shownLimit } from './shown-limit.ts'

export function accountLimitOperations(needs: Services): readonly Operation[] {
  return [listing(needs), clearing(needs)]
}

const common = { tag: 'Accounts', caller: 'administrator' } as const
const params = z.strictObject({ id: z.string().max(64) })
const NO_ACCOUNT = { account_not_found: { status: 404, when: 'There is no account with this id.' } } as const

function listing(needs: Services): Operation {
  return operation({
    ...common,
    id: 'listAccountLimits',
    method: 'get',
    path: '/accounts/{id}/limits',
    summary: 'List the limits that an account has reached',
    description: 'Of the networks that the audit trail of the last day has for it.',
    scope: 'accounts:read',
    params,
    answer: { status: 200, description: 'The limits.', schema: z.object({ items: z.array(shownLimit) }) },
    problems: NO_ACCOUNT,
    handle: async ({ params: { id } }) => ({
      body: { items: (await limitsOfAccount(needs, id)).map(showLimit) },
    }),
  })
}

function clearing(needs: Services): Operation {
  return operation({
    ...common,
    id: 'clearAccountLimit',
    method: 'post',
    path: '/accounts/{id}/limits/{limit_id}/clear',
    summary: 'Clear a limit of an account',
    description: 'The count begins anew, in every process within a second.',
    scope: 'accounts:support',
    params: params.extend({ limit_id: limitId }),
    answer: { status: 204, description: 'The limit is cleared.' },
    problems: NO_LIMIT,
    async handle({ params: { id, limit_id: limitOf }, assertMatches, token }) {
      const limit = await theLimit(needs, limitOf)
      if (limit.account?.id !== id) throw limitNotFound()
      assertMatches(showLimit(limit))
      await clearLimit(needs, limit, byCaller({ token }))
      return { body: undefined }
    },
  })
}
