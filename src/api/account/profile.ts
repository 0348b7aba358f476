/** One's own profile: read and change. */
import { z } from 'zod'
import { findAccountById, lockAccount } from '../../accounts/account.ts'
import { profileSchema, updateProfile } from '../../accounts/profile.ts'
import { AppError } from '../../platform/errors.ts'
import { inTransaction } from '../../platform/sql/database.ts'
import type { Services } from '../../services.ts'
import { operation } from '../../operations/operation.ts'
import type { Operation } from '../../operations/operation.ts'
import { profileChanges, profileOf, showAccount, shownAccount } from '../../operations/shown-account.ts'
import { ownerOf } from './owner.ts'

type Needs = Pick<Services, 'db' | 'clock'>

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
      handle: async ({ token }) => ({ body: showAccount(ownerOf(token)) }),
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
          assertMatches(showAccount(account))
          await updateProfile(trx, account.id, profile(body), needs.clock(), { actor: account.id })
          return findAccountById(trx, account.id)
        })
        return { body: showAccount(changed ?? ownerOf(token)) }
      },
      problems: {
        account_not_found: { status: 404, when: 'The account was deleted meanwhile.' },
        username_taken: { status: 409, when: 'Somebody else has the user name.' },
      },
    }),
  ]
}

/** The API's names in the faults, not the ones inside. */
function profile(body: z.output<typeof profileChanges>) {
  const parsed = profileSchema.safeParse(profileOf(body))
  if (parsed.success) return parsed.data
  const faults = parsed.error.issues.map(({ path, message }) => ({
    code: 'custom' as const,
    path: path.map((name) => OUTSIDE[String(name)] ?? name),
    message,
    input: undefined,
  }))
  throw new AppError('invalid_request', 400, 'A field of the profile is not valid.', {
    cause: new z.ZodError(faults),
  })
}

const OUTSIDE: Readonly<Record<string, string>> = { givenName: 'given_name', familyName: 'family_name' }
