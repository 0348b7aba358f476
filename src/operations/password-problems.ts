/** What every operation that sets a password may refuse. */
import type { Problem } from './operation.ts'

export const PASSWORD_PROBLEMS: Record<string, Problem> = {
  password_refused: { status: 422, when: 'The new password is too short, too common or personal.' },
  hashing_busy: {
    status: 503,
    when: 'Too many passwords wait to be hashed. Retry-After says when to try again.',
  },
}
