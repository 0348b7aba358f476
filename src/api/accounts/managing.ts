/** Creates, changes and deletes accounts for administrators. */
import { z } from 'zod'
import { accountNotFound, existing, lockAccount } from '../../accounts/account.ts'
import type { Account } from '../../accounts/account.ts'
import { deleteAccount } from '../../accounts/account-state.ts'
import { addAccount } from '../../accounts/operator/operator-account.ts'
import { mailResetLink } from '../../accounts/operator/operator-reset.ts'
import { updateProfile } from '../../accounts/profile.ts'
import { roleBounds } from '../../accounts/roles/caller-bounds.ts'
import { roleName } from '../../accounts/roles/role-name.ts'
import { MOST_ROLES_OF_ACCOUNT } from '../../accounts/roles.ts'
import { byCaller } from '../../operations/bearer.ts'
import { BEYOND, operation } from '../../operations/operation.ts'
import type { Operation } from '../../operations/operation.ts'
import { PASSWORD_PROBLEMS } from '../../operations/password-problems.ts'
import { parsedProfile, profileChanges, showAccount, shownAccount } from '../../operations/shown-account.ts'
import { inTransaction } from '../../platform/sql/database.ts'
import { randomToken } from '../../platform/tokens.ts'
import type { Services } from '../../services.ts'
import { common, LAST_ADMIN, NO_ACCOUNT, NO_ROLE, params, theAccount } from './caller.ts'

export function managingOperations(needs: Services): readonly Operation[] {
  return [creating(needs), changing(needs), deleting(needs)]
}

const TAKEN = { username_taken: { status: 409, when: 'Somebody else has the user name.' } } as const

const created = profileChanges.extend({
  email: z.string().min(1).max(1000),
  password: z
    .string()
    .min(1)
    .max(1024)
    .optional()
    .describe('Without it, the person gets a mail to choose one.'),
  email_verified: z.boolean().default(false).describe('You know that the address is this person’s.'),
  roles: z
    .array(roleName)
    .max(MOST_ROLES_OF_ACCOUNT)
    .optional()
    .describe('They take the scope `accounts:roles` as well.'),
})

function creating(needs: Services): Operation {
  return operation({
    ...common,
    id: 'createAccount',
    method: 'post',
    path: '/accounts',
    summary: 'Add an account',
    scope: 'accounts:manage',
    creates: true,
    body: created,
    answer: { status: 201, description: 'The account.', schema: shownAccount, etag: true },
    problems: {
      ...TAKEN,
      ...NO_ROLE,
      ...BEYOND,
      account_exists: { status: 409, when: 'There is an account with this address.' },
      email_invalid: { status: 422, when: 'The e-mail address is not valid.' },
      ...PASSWORD_PROBLEMS,
    },
    async handle(request) {
      const { email, password, email_verified: verified, roles = [], ...typed } = request.body
      const by = byCaller(request)
      const within = roles.length > 0 ? await roleBounds(needs.db, request.token) : undefined
      const profile = defined(parsedProfile(typed))
      const given = { ...profile, email, password: password ?? randomToken(128), verified, roles }
      const account = await addAccount(needs, { ...given, ...by, within })
      if (password === undefined) await mailResetLink(needs, account.id, by)
      return { body: showAccount(needs.config, account), location: `/accounts/${account.id}` }
    },
  })
}

function changing(needs: Services): Operation {
  return operation({
    ...common,
    id: 'updateAccount',
    method: 'patch',
    path: '/accounts/{id}',
    summary: 'Change the profile of an account',
    scope: 'accounts:manage',
    params,
    body: profileChanges,
    answer: { status: 200, description: 'The changed account.', schema: shownAccount, etag: true },
    problems: { ...NO_ACCOUNT, ...TAKEN },
    async handle(request) {
      const { id } = request.params
      const changed = await inTransaction(needs.db, async (trx) => {
        request.assertMatches(showAccount(needs.config, existing(await lockAccount(trx, id))))
        await updateProfile(trx, id, parsedProfile(request.body), needs.clock(), byCaller(request))
        return theAccount(trx, id)
      })
      return { body: showAccount(needs.config, changed) }
    },
  })
}

function deleting(needs: Services): Operation {
  return operation({
    ...common,
    id: 'deleteAccount',
    method: 'delete',
    path: '/accounts/{id}',
    summary: 'Delete an account',
    description: 'With its sessions, access and consents. This cannot be undone.',
    scope: 'accounts:delete',
    params,
    answer: { status: 204, description: 'The account is gone.' },
    problems: { ...NO_ACCOUNT, ...LAST_ADMIN },
    async handle(request) {
      const expects = (before: Account) => request.assertMatches(showAccount(needs.config, before))
      if (!(await deleteAccount(needs, request.params.id, byCaller(request), expects)))
        throw accountNotFound()
      return { body: undefined }
    },
  })
}

/** Null means the same as nothing for a new account. */
function defined<T extends object>(fields: T): { [Name in keyof T]?: Exclude<T[Name], null> } {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined && value !== null)
  return Object.fromEntries(given) as { [Name in keyof T]?: Exclude<T[Name], null> }
}
