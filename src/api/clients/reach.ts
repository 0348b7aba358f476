/** How far a client reaches into the administration, and who may make one that does. */
import { isOpenidScope } from '../../clients/client-metadata.ts'
import type { ApiToken } from '../../operations/operation.ts'
import { apiIdentifier } from '../../operations/scopes.ts'
import { ADMIN_SCOPES, isAdminScope } from '../../accounts/roles/admin-scopes.ts'
import type { AdminScope } from '../../accounts/roles/admin-scopes.ts'
import { assertWithin, scopesHeldBy } from '../../accounts/roles/held-scopes.ts'
import type { Services } from '../../services.ts'

type Metadata = object & { allowed_resources?: unknown; scope?: unknown }

/**
 * A person who may register clients cannot get more than their roles allow by a client of their own. A client that registers
 * clients acts for the operator who gave it this scope. @throws AppError 403 `beyond_your_roles`
 */
export async function assertReach(
  { db, config }: Pick<Services, 'db' | 'config'>,
  { account }: ApiToken,
  metadata: Metadata,
): Promise<void> {
  if (account) assertWithin(await scopesHeldBy(db, account.id), adminScopesOf(metadata, config.issuer))
}

/** A client that names none of the scopes of an API may have all of them. */
function adminScopesOf({ allowed_resources: allowed, scope }: Metadata, issuer: string): AdminScope[] {
  if (!Array.isArray(allowed) || !allowed.includes(apiIdentifier(issuer))) return []
  const words = typeof scope === 'string' ? scope.split(' ').filter(Boolean) : []
  const named = words.filter((word) => !isOpenidScope(word))
  return named.length > 0 ? named.filter(isAdminScope) : [...ADMIN_SCOPES]
}
