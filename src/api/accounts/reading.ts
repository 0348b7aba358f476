/** Accounts: list with search, and one by its id. */
import { z } from 'zod'
import { listAccounts } from '../../accounts/search/account-list.ts'
import { findAccountByLogin } from '../../accounts/username.ts'
import type { Services } from '../../services.ts'
import { operation } from '../../operations/operation.ts'
import type { Operation } from '../../operations/operation.ts'
import { INVALID_CURSOR, pageOf, pageQuery } from '../../operations/paging.ts'
import { showAccount, shownAccount } from '../../operations/shown-account.ts'
import { common, NO_ACCOUNT, params, theAccount } from './caller.ts'

const query = z.strictObject({
  ...pageQuery,
  search: z
    .string()
    .max(200)
    .optional()
    .describe(
      'The beginning of an address, a name, a family name, a user name or an id, or of a domain with its @. Case does not matter, and accents of names do not. An id needs 4 characters. The page is in the order of what matches.',
    ),
  login: z.string().max(1000).optional().describe('Only the account with this address or user name.'),
})

export function readingOperations({ config, db }: Pick<Services, 'config' | 'db'>): readonly Operation[] {
  const reading = { ...common, scope: 'accounts:read', method: 'get' } as const
  return [
    operation({
      ...reading,
      id: 'listAccounts',
      path: '/accounts',
      summary: 'List accounts, newest first',
      query,
      answer: { status: 200, description: 'A page of accounts.', schema: pageOf(shownAccount) },
      problems: INVALID_CURSOR,
      async handle({ query: { limit, cursor, skip, search, login } }) {
        if (login !== undefined) {
          const found = await findAccountByLogin(db, login)
          return { body: { items: found ? [showAccount(config, found)] : [] } }
        }
        const { accounts, next } = await listAccounts(db, { limit, after: cursor, skip, search })
        const items = accounts.map((one) => showAccount(config, one))
        return { body: { items, ...(next !== undefined && { next }) } }
      },
    }),
    operation({
      ...reading,
      id: 'getAccount',
      path: '/accounts/{id}',
      summary: 'Read an account',
      params,
      answer: { status: 200, description: 'The account.', schema: shownAccount, etag: true },
      problems: NO_ACCOUNT,
      handle: async ({ params: { id } }) => ({ body: showAccount(config, await theAccount(db, id)) }),
    }),
  ]
}
