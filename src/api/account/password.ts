/**
 * Changes one's own password: it takes the current one, with the limits of a sign-in. An account without a password gets its
 * first one after a sign-in with a passkey.
 */
import { z } from 'zod'
import { findAccountById, isVerified } from '../../accounts/account.ts'
import { addPassword, changePassword } from '../../accounts/journeys/password-change.ts'
import type { PasswordChanged } from '../../accounts/journeys/password-change.ts'
import { hasPasskey } from '../../accounts/second-factor-needed.ts'
import { operation } from '../../operations/operation.ts'
import type { ApiToken, Operation, Problem } from '../../operations/operation.ts'
import { PASSWORD_PROBLEMS } from '../../operations/password-problems.ts'
import { passwordRefused } from '../../passwords/password-policy.ts'
import { AppError } from '../../platform/errors.ts'
import type { Services } from '../../services.ts'
import { common, ownerOf } from './owner.ts'
import { assertPasskeyProven, RECENT_SIGN_IN_SECONDS } from './proof.ts'

const password = z.string().min(1).max(1024)

export function passwordOperations(needs: Services): readonly Operation[] {
  return [changing(needs), adding(needs)]
}

function changing(needs: Services): Operation {
  return operation({
    ...common,
    id: 'changeOwnPassword',
    method: 'post',
    path: '/account/password',
    summary: 'Change your password',
    description: 'Ends all other sessions and access. The session of this token stays, with its apps.',
    scope: 'account:write',
    body: z.strictObject({ current_password: password, new_password: password }),
    answer: { status: 204, description: 'The password is changed.' },
    problems: {
      password_wrong: { status: 422, when: 'This is not the current password.' },
      ...PASSWORD_PROBLEMS,
      too_many_attempts: {
        status: 429,
        when: 'Too many passwords were wrong. Retry-After says when to try again.',
      },
    },
    async handle({ body, token, ip }) {
      const { current_password: currentPassword, new_password: newPassword } = body
      const { id: accountId } = ownerOf(token)
      const { sessionUid } = token
      const given = { accountId, currentPassword, newPassword, sessionUid, ip }
      const done = await changePassword(needs, given)
      if (!done.ok) throw refusal(needs, done)
      return { body: undefined }
    },
  })
}

const NO_PASSKEY = 'The account has no passkey. Ask for a mail: POST /password-resets.'
const HAS_PASSWORD = 'The account has a password. Change it.'
const UNVERIFIED = 'The address is not confirmed yet.'

const ADDING_PROBLEMS: Record<string, Problem> = {
  insufficient_user_authentication: {
    status: 401,
    when: 'The sign-in is too old, or was not with a passkey alone. Ask for a token with prompt=login and the max_age in WWW-Authenticate.',
  },
  password_exists: { status: 409, when: HAS_PASSWORD },
  email_unverified: { status: 409, when: UNVERIFIED },
  passkey_missing: { status: 409, when: NO_PASSKEY },
  ...PASSWORD_PROBLEMS,
}

function adding(needs: Services): Operation {
  return operation({
    ...common,
    id: 'addOwnPassword',
    method: 'post',
    path: '/account/password/add',
    summary: 'Add a password to an account without one',
    description:
      'For an account with a passkey. Takes a sign-in with the passkey alone, at most ten minutes old. Without a passkey, a mail is the proof: `POST /password-resets`. Ends all other sessions and access. The session of this token stays, with its apps. Mails a notice to the person.',
    scope: 'account:factors',
    signInSeconds: RECENT_SIGN_IN_SECONDS,
    body: z.strictObject({ new_password: password }),
    answer: { status: 204, description: 'The account has the password.' },
    problems: ADDING_PROBLEMS,
    async handle({ body: { new_password: newPassword }, token, ip }) {
      await assertMayAdd(needs, token)
      const { id: accountId } = ownerOf(token)
      const done = await addPassword(needs, { accountId, newPassword, sessionUid: token.sessionUid, ip })
      if (done.ok) return { body: undefined }
      // Another request was first.
      throw done.reason === 'password_refused' ? refusal(needs, done) : passwordExists()
    },
  })
}

async function assertMayAdd(needs: Services, token: ApiToken): Promise<void> {
  const account = await findAccountById(needs.db, ownerOf(token).id)
  if (!account || account.passwordHash !== null) throw passwordExists()
  if (!isVerified(account)) throw new AppError('email_unverified', 409, UNVERIFIED)
  if (!(await hasPasskey(needs.db, account.id))) throw new AppError('passkey_missing', 409, NO_PASSKEY)
  await assertPasskeyProven(needs, token)
}

function passwordExists(): AppError {
  return new AppError('password_exists', 409, HAS_PASSWORD)
}

function refusal({ config }: Services, refused: Exclude<PasswordChanged, { ok: true }>): AppError {
  if (refused.reason === 'password_refused') return passwordRefused(refused.problem, config)
  if (refused.reason === 'wrong')
    return new AppError('password_wrong', 422, 'This is not the current password.')
  const { retryAfterSeconds } = refused
  return new AppError('too_many_attempts', 429, 'Too many passwords were wrong.', { retryAfterSeconds })
}
