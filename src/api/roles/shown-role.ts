/** A role as the API shows it. */
import { z } from 'zod'
import { timeOf } from '../../operations/shown-account.ts'
import { ADMIN_SCOPES } from '../../accounts/roles/admin-scopes.ts'
import { isBuiltIn } from '../../accounts/roles/roles.ts'
import type { CountedRole } from '../../accounts/roles/roles.ts'

export const common = { tag: 'Roles', caller: 'administrator' } as const
export const params = z.strictObject({ name: z.string().max(32) })
export const NO_ROLE = {
  role_not_found: { status: 404, when: 'There is no role with this name.' },
} as const
export const scopes = z
  .array(z.enum(ADMIN_SCOPES))
  .describe('What it allows in the administration. Empty: it is for apps alone.')

export const shownRole = z
  .object({
    name: z.string().describe('What apps read in the claim `roles`. It never changes.'),
    description: z.string(),
    scopes,
    accounts: z.int().describe('How many accounts have it.'),
    built_in: z.boolean().describe('It cannot be changed or deleted.'),
    created_at: z.iso.datetime().nullable(),
    updated_at: z.iso.datetime().nullable(),
  })
  .meta({ title: 'Role' })

export function showRole(role: CountedRole): z.output<typeof shownRole> {
  const { name, description, accounts, createdAtMs, updatedAtMs } = role
  return {
    name,
    description,
    scopes: [...role.scopes],
    accounts,
    built_in: isBuiltIn(role),
    created_at: createdAtMs === null ? null : timeOf(createdAtMs),
    updated_at: updatedAtMs === null ? null : timeOf(updatedAtMs),
  }
}
