/** What groups may be called, and the form in which their names are compared. */
import { z } from 'zod'
import { foldUsername } from '../accounts/folded-username.ts'
import { oneLine } from '../accounts/profile.ts'
import { AppError } from '../platform/errors.ts'

const LONGEST_NAME = 100
const LONGEST_DESCRIPTION = 500

export const groupName = oneLine(LONGEST_NAME).refine((text) => text !== '', { error: 'empty' })
const description = oneLine(LONGEST_DESCRIPTION)

const WHY: Readonly<Record<string, string>> = {
  empty: 'it is empty',
  too_long: `it is longer than ${LONGEST_NAME} characters`,
  control_character: 'it has control characters',
}

/** Two names with one folded form are one name. */
export function foldGroupName(name: string): string {
  return foldUsername(name.trim())
}

/** @throws AppError 422 `group_name_invalid` */
export function parseGroupName(typed: string): string {
  const parsed = groupName.safeParse(typed)
  if (parsed.success) return parsed.data
  const why = groupNameProblem(parsed.error)
  throw new AppError('group_name_invalid', 422, `The name of the group is not valid: ${why}.`)
}

/** Why a name is refused, in words. */
export function groupNameProblem({ issues }: z.ZodError): string {
  const [problem] = issues
  return WHY[problem?.message ?? ''] ?? 'it is no text'
}

/** @throws AppError 422 `group_description_invalid` */
export function parseDescription(typed: string): string {
  const parsed = description.safeParse(typed)
  if (parsed.success) return parsed.data
  throw new AppError(
    'group_description_invalid',
    422,
    `The description takes one line of at most ${LONGEST_DESCRIPTION} characters.`,
  )
}
