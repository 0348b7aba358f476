/** Accounts: list with search, and one by its id. */
import { z } from 'zod'
import { findAccountById } from '../../accounts/account.ts'
import { listAccounts } from '../../accounts/account-list.ts'
import { AppError } from '../../platform/errors.ts'
import type { Services } from '../../services.ts'
import { operation } from '../../operations/operation.ts'
import type { Operation } from '../../operations/operation.ts'
import { INVALID_CURSOR, pageOf, pageQuery } from '../../operations/paging.ts'
import { showAccount, shownAccount } from '../../operations/shown-account.ts'

export function readingOperations({ db }: Pick<Services, 'db'>): readonly Operation[] {
  const common = { tag: 'Accounts', scope: 'accounts:read', caller: 'administrator', method: 'get' } as const
  return [
    operation({
      ...common,
      id: 'listAccounts',
      path: '/accounts',
      summary: 'List accounts, newest first',
      query: z.strictObject({
        ...pageQuery,
        search: z.string().max(200).optional().describe('Part of an address or a name.'),
      }),
      answer: { status: 200, description: 'A page of accounts.', schema: pageOf(shownAccount) },
      problems: INVALID_CURSOR,
      async handle({ query: { limit, cursor, skip, search } }) {
        const { accounts, next } = await listAccounts(db, { limit, after: cursor, skip, search })
        return { body: { items: accounts.map(showAccount), ...(next !== undefined && { next }) } }
      },
    }),
    operation({
      ...common,
      id: 'getAccount',
      path: '/accounts/{id}',
      summary: 'Read an account',
      params: z.strictObject({ id: z.string().max(64) }),
      answer: { status: 200, description: 'The account.', schema: shownAccount, etag: true },
      problems: { account_not_found: { status: 404, when: 'There is no account with this id.' } },
      async handle({ params: { id } }) {
        const account = await findAccountById(db, id)
        if (!account) throw new AppError('account_not_found', 404, 'There is no account with this id.')
        return { body: showAccount(account) }
      },
    }),
  ]
}
