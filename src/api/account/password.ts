/** Changes one's own password. It takes the current one, with the limits of a sign-in. */
import { z } from 'zod'
import { changePassword } from '../../accounts/journeys/password-change.ts'
import type { PasswordChanged } from '../../accounts/journeys/password-change.ts'
import { operation } from '../../operations/operation.ts'
import type { Operation } from '../../operations/operation.ts'
import { PASSWORD_PROBLEMS } from '../../operations/password-problems.ts'
import { passwordRefused } from '../../passwords/password-policy.ts'
import { AppError } from '../../platform/errors.ts'
import type { Services } from '../../services.ts'
import { common, ownerOf } from './owner.ts'

const password = z.string().min(1).max(1024)

export function passwordOperations(needs: Services): readonly Operation[] {
  return [
    operation({
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
    }),
  ]
}

function refusal({ config }: Services, refused: Exclude<PasswordChanged, { ok: true }>): AppError {
  if (refused.reason === 'password_refused') return passwordRefused(refused.problem, config)
  if (refused.reason === 'wrong')
    return new AppError('password_wrong', 422, 'This is not the current password.')
  const { retryAfterSeconds } = refused
  return new AppError('too_many_attempts', 429, 'Too many passwords were wrong.', { retryAfterSeconds })
}
