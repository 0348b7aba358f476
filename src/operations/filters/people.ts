/** What a list of people is narrowed by, as it was typed: for the API and the command line alike. */
import { theRole } from '../../accounts/roles/roles.ts'
import type { AccountState } from '../../accounts/search/account-states.ts'
import { lockedAccounts } from '../../accounts/search/locked-accounts.ts'
import type { Narrowing } from '../../accounts/search/narrowed.ts'
import { findGroupByEither, groupNotFound } from '../../groups/groups.ts'
import type { Services } from '../../services.ts'

export type PeopleFilter = {
  state?: AccountState | undefined
  /** Its id, or any spelling of its name. */
  group?: string | undefined
  role?: string | undefined
}

/** @throws AppError 404 `group_not_found`, `role_not_found` */
export async function narrowedBy(
  needs: Pick<Services, 'db' | 'config' | 'clock'>,
  { state, group, role }: PeopleFilter,
): Promise<Narrowing> {
  const found = group === undefined ? undefined : await findGroupByEither(needs.db, group)
  if (group !== undefined && !found) throw groupNotFound()
  if (role !== undefined) await theRole(needs.db, role)
  const isLocked = state === 'locked'
  return {
    ...(found && { groupId: found.id }),
    ...(role !== undefined && { role }),
    ...(state !== undefined && !isLocked && { state }),
    ...(isLocked && { among: await lockedAccounts(needs) }),
  }
}
