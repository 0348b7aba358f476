/** What every operation that sets a password may refuse. */
import { passwordProblemText } from '../passwords/password-policy.ts'
import type { PasswordProblem } from '../passwords/password-policy.ts'
import { AppError } from '../platform/errors.ts'
import type { Config } from '../settings/config.ts'
import type { Problem } from './operation.ts'

export const PASSWORD_PROBLEMS: Record<string, Problem> = {
  password_refused: { status: 422, when: 'The new password is too short, too common or personal.' },
  hashing_busy: {
    status: 503,
    when: 'Too many passwords wait to be hashed. Retry-After says when to try again.',
  },
}

export function passwordRefused(problem: PasswordProblem, config: Config): AppError {
  return new AppError('password_refused', 422, passwordProblemText(problem, config))
}
