/** What was typed about an invitation. */
import { ROLES } from '../../accounts/role-names.ts'
import type { Role } from '../../accounts/role-names.ts'
import { usageError } from '../../command-line/input.ts'
import type { Input } from '../../command-line/input.ts'

const DEFAULT_DAYS = 7

export function daysIn(input: Input): number {
  return input.integer('days', { min: 1, max: 365 }) ?? DEFAULT_DAYS
}

export function roleIn(input: Input): Role | undefined {
  const typed = input.text('role')
  if (typed === undefined) return undefined
  const role = ROLES.find((name) => name === typed)
  if (!role) throw usageError(`--role takes ${ROLES.join(', ')}`)
  return role
}
