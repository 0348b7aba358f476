/** An operator gives and takes the roles of an account. */
import { recordAudit } from '../../audit/audit.ts'
import { inTransaction } from '../../platform/sql/database.ts'
import type { Services } from '../../services.ts'
import { existing, lockAccount } from '../account.ts'
import { assertWithin } from '../../accounts/roles/held-scopes.ts'
import { existingRoles, lockRoles } from '../../accounts/roles/roles.ts'
import type { RoleActor } from '../../accounts/roles/roles.ts'
import { ADMIN, assertNotLastAdmin, grantRole, revokeRole, rolesOf } from '../roles.ts'

/**
 * Makes the roles exactly these, and answers them. `check` sees the roles as they were, and may throw. Throws `AppError`:
 * `beyond_your_roles` (403), `account_not_found`, `role_not_found` (404), `last_admin` (409).
 */
export async function setRoles(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  accountId: string,
  roles: readonly string[],
  { within, ...by }: RoleActor,
  check: (current: readonly string[]) => void = () => undefined,
): Promise<string[]> {
  return inTransaction(db, async (trx) => {
    if (!roles.includes(ADMIN)) await assertNotLastAdmin(trx, accountId)
    existing(await lockAccount(trx, accountId))
    const before = await rolesOf(trx, accountId)
    check(before)
    const [given, taken] = [
      [...new Set(roles)].filter((one) => !before.includes(one)),
      before.filter((one) => !roles.includes(one)),
    ]
    const changed = [...(await lockRoles(trx, given)), ...(await existingRoles(trx, taken))]
    assertWithin(
      within,
      changed.flatMap(({ scopes }) => scopes),
    )
    for (const role of given) await grantRole(trx, accountId, role)
    for (const role of taken) await revokeRole(trx, accountId, role)
    const audited = { ...by, atMs: clock(), accountId }
    if (given.length > 0)
      await recordAudit(trx, { ...audited, action: 'role.granted', detail: { roles: given } })
    if (taken.length > 0)
      await recordAudit(trx, { ...audited, action: 'role.revoked', detail: { roles: taken } })
    return rolesOf(trx, accountId)
  })
}
