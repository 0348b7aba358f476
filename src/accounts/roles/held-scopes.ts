/** What the roles of a person allow in the administration. Read at every call, so that a role taken away counts at once. */
import { ADMIN } from '../roles.ts'
import { AppError } from '../../platform/errors.ts'
import type { Sql } from '../../platform/sql/database.ts'
import { ADMIN_SCOPES, isAdminScope, withIncluded } from './admin-scopes.ts'

/** The scopes that a change may reach. Absent: all. */
export type Bounds = ReadonlySet<string> | undefined

/** With the scopes that these include. Empty for somebody who administers nothing. */
export async function scopesHeldBy(sql: Sql, accountId: string): Promise<ReadonlySet<string>> {
  const rows: { role: string; scopes: string | null }[] = await sql('account_roles')
    .leftJoin('roles', 'roles.name', 'account_roles.role')
    .where({ accountId })
    .select('account_roles.role', 'roles.scopes')
  if (rows.some(({ role }) => role === ADMIN)) return new Set(ADMIN_SCOPES)
  const scopes = rows.flatMap((row) => (row.scopes === null ? [] : (JSON.parse(row.scopes) as string[])))
  return withIncluded(scopes.filter(isAdminScope))
}

/** True of everybody with a role that allows something in the administration. */
export async function administers(sql: Sql, accountId: string): Promise<boolean> {
  return (await scopesHeldBy(sql, accountId)).size > 0
}

/** Nobody gives, takes or changes what allows more than they may do. @throws AppError 403 `beyond_your_roles` */
export function assertWithin(bounds: Bounds, scopes: Iterable<string>): void {
  if (!bounds) return
  const beyond = [...withIncluded(scopes)].filter((one) => !bounds.has(one))
  if (beyond.length === 0) return
  throw new AppError(
    'beyond_your_roles',
    403,
    `This takes what you may not do yourself: ${beyond.join(', ')}.`,
  )
}
