/** Accounts: list with search, and one by its id. */
import { z } from 'zod'
import { withIncluded } from '../../accounts/roles/admin-scopes.ts'
import { scopesHeldBy } from '../../accounts/roles/held-scopes.ts'
import { listAccounts } from '../../accounts/search/account-list.ts'
import { ACCOUNT_STATES } from '../../accounts/search/account-states.ts'
import { findAccountByLogin } from '../../accounts/username.ts'
import { AppError } from '../../platform/errors.ts'
import type { Services } from '../../services.ts'
import { narrowedBy } from '../../operations/filters/people.ts'
import { operation } from '../../operations/operation.ts'
import type { ApiToken, Operation } from '../../operations/operation.ts'
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
  state: z
    .enum(ACCOUNT_STATES)
    .optional()
    .describe(
      '`active`: it can sign in. `locked`: after failures, sign-ins are refused for a while, at least from one network. `awaiting_approval`: it registered, and waits for an administrator.',
    ),
  group: z
    .string()
    .max(200)
    .optional()
    .describe('Only accounts in this group, by its id or name. Needs the scope `groups:read` as well.'),
  role: z.string().max(64).optional().describe('Only accounts with this role.'),
  login: z.string().max(1000).optional().describe('Only the account with this address or user name.'),
})

const ORDER =
  'With `search` they come in the order of what matches. With `role`, `group` or `awaiting_approval` they come by their ids, the disabled ones by when they were disabled, the latest first, and those with a planned deletion by its time. A page may have fewer accounts than its limit, or none, and a `next` all the same: then the conditions left out nearly all that were read.'

const NO_GROUP = {
  group_not_found: { status: 404, when: 'There is no group with this id or name.' },
} as const
const NO_ROLE = { role_not_found: { status: 404, when: 'There is no role with this name.' } } as const

const reading = { ...common, scope: 'accounts:read', method: 'get' } as const

export function readingOperations(needs: Pick<Services, 'config' | 'db' | 'clock'>): readonly Operation[] {
  return [listing(needs), readingOne(needs)]
}

function listing(needs: Pick<Services, 'config' | 'db' | 'clock'>): Operation {
  const { config, db } = needs
  return operation({
    ...reading,
    id: 'listAccounts',
    path: '/accounts',
    summary: 'List accounts, newest first',
    description: ORDER,
    query,
    answer: { status: 200, description: 'A page of accounts.', schema: pageOf(shownAccount) },
    problems: { ...INVALID_CURSOR, ...NO_GROUP, ...NO_ROLE },
    async handle({ query: { limit, cursor: after, skip, search, login, ...filter }, token }) {
      if (filter.group !== undefined) await assertMayReadGroups(db, token)
      if (login !== undefined) {
        const found = await findAccountByLogin(db, login)
        return { body: { items: found ? [showAccount(config, found)] : [] } }
      }
      const narrowing = await narrowedBy(needs, filter)
      const { accounts, next } = await listAccounts(db, { limit, after, skip, search, ...narrowing })
      const items = accounts.map((one) => showAccount(config, one))
      return { body: { items, ...(next !== undefined && { next }) } }
    },
  })
}

function readingOne({ config, db }: Pick<Services, 'config' | 'db'>): Operation {
  return operation({
    ...reading,
    id: 'getAccount',
    path: '/accounts/{id}',
    summary: 'Read an account',
    params,
    answer: { status: 200, description: 'The account.', schema: shownAccount, etag: true },
    problems: NO_ACCOUNT,
    handle: async ({ params: { id } }) => ({ body: showAccount(config, await theAccount(db, id)) }),
  })
}

/** Who is in a group is for those who may read groups. */
async function assertMayReadGroups(db: Services['db'], { scopes, account }: ApiToken): Promise<void> {
  const inToken = withIncluded(scopes).has('groups:read')
  if (inToken && (!account || (await scopesHeldBy(db, account.id)).has('groups:read'))) return
  throw new AppError('insufficient_scope', 403, 'The filter by group needs the scope groups:read as well.')
}
