/** The second factors of an account, for administrators. `states.ts` resets them. */
import { operation } from '../../operations/operation.ts'
import type { Operation } from '../../operations/operation.ts'
import { shownFactors, showFactors } from '../../operations/shown-factors.ts'
import type { Services } from '../../services.ts'
import { common, NO_ACCOUNT, params, theAccount } from './caller.ts'

export function factorOperations({ db }: Pick<Services, 'db'>): readonly Operation[] {
  return [
    operation({
      ...common,
      id: 'getAccountFactors',
      method: 'get',
      path: '/accounts/{id}/factors',
      summary: 'List the second factors of an account',
      scope: 'accounts:read',
      params,
      answer: { status: 200, description: 'The factors.', schema: shownFactors, etag: true },
      problems: NO_ACCOUNT,
      async handle({ params: { id } }) {
        const { id: accountId } = await theAccount(db, id)
        return { body: await showFactors(db, accountId) }
      },
    }),
  ]
}
