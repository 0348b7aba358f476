/** One's own profile: read and change. */
import { findAccountById, lockAccount } from '../../accounts/account.ts'
import { updateProfile } from '../../accounts/profile.ts'
import { AppError } from '../../platform/errors.ts'
import { inTransaction } from '../../platform/sql/database.ts'
import type { Services } from '../../services.ts'
import { operation } from '../../operations/operation.ts'
import type { Operation } from '../../operations/operation.ts'
import { parsedProfile, profileChanges, showAccount, shownAccount } from '../../operations/shown-account.ts'
import { ownerOf } from './owner.ts'

type Needs = Pick<Services, 'config' | 'db' | 'clock'>

export function profileOperations(needs: Needs): readonly Operation[] {
  return [
    operation({
      id: 'getOwnAccount',
      method: 'get',
      path: '/account',
      tag: 'Own account',
      summary: 'Read your profile',
      scope: 'account:read',
      caller: 'person',
      answer: { status: 200, description: 'The account.', schema: shownAccount, etag: true },
      handle: async ({ token }) => ({ body: showAccount(needs.config, ownerOf(token)) }),
    }),
    operation({
      id: 'updateOwnAccount',
      method: 'patch',
      path: '/account',
      tag: 'Own account',
      summary: 'Change your profile',
      scope: 'account:write',
      caller: 'person',
      body: profileChanges,
      answer: { status: 200, description: 'The changed account.', schema: shownAccount, etag: true },
      async handle({ token, body, assertMatches }) {
        const changed = await inTransaction(needs.db, async (trx) => {
          const account = await lockAccount(trx, ownerOf(token).id)
          if (!account) throw new AppError('account_not_found', 404, 'The account is gone.')
          assertMatches(showAccount(needs.config, account))
          await updateProfile(trx, account.id, parsedProfile(body), needs.clock(), { actor: account.id })
          return findAccountById(trx, account.id)
        })
        return { body: showAccount(needs.config, changed ?? ownerOf(token)) }
      },
      problems: {
        account_not_found: { status: 404, when: 'The account was deleted meanwhile.' },
        username_taken: { status: 409, when: 'Somebody else has the user name.' },
      },
    }),
  ]
}
