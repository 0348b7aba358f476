/** What roles may be called. Apps read the names in the claim `roles`, so a name never changes. */
import { z } from 'zod'
import { oneLine } from '../profile.ts'
import { ADMIN } from '../roles.ts'
import { AppError } from '../../platform/errors.ts'

const LONGEST_DESCRIPTION = 500
/** As the column of the roles of accounts has it. */
const LONGEST_NAME = 32
const NAME = /^[a-z][a-z0-9_-]*$/

export const roleName = z
  .string()
  .max(LONGEST_NAME)
  .regex(NAME, 'takes small letters, digits, hyphens and underscores, after a small letter')
const description = oneLine(LONGEST_DESCRIPTION)

/** @throws AppError 422 `role_name_invalid`, 409 `role_built_in` */
export function parseRoleName(typed: string): string {
  const name = typed.trim()
  if (name === ADMIN) throw builtIn()
  if (roleName.safeParse(name).success) return name
  throw new AppError(
    'role_name_invalid',
    422,
    `The name of a role has 1 to ${LONGEST_NAME} small letters, digits, hyphens and underscores. It begins with a letter.`,
  )
}

/** @throws AppError 422 `role_description_invalid` */
export function parseRoleDescription(typed: string): string {
  const parsed = description.safeParse(typed)
  if (parsed.success) return parsed.data
  throw new AppError(
    'role_description_invalid',
    422,
    `The description takes one line of at most ${LONGEST_DESCRIPTION} characters.`,
  )
}

export function builtIn(): AppError {
  return new AppError('role_built_in', 409, `The role ${ADMIN} is built in. It allows everything.`)
}
