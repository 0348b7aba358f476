/** What `client show` adds about the groups of a client. */
import { findClient } from '../../clients/clients.ts'
import { allowedGroups } from '../../groups/app-access.ts'
import { findGroup } from '../../groups/groups.ts'
import type { Services } from '../../services.ts'

/** The names of the groups. */
export async function groupsOf(
  { db }: Services,
  clientId: string,
): Promise<{ allowed_group_names?: string[] }> {
  const ids = allowedGroups((await findClient(db, clientId))?.metadata)
  if (!ids) return {}
  const found = await Promise.all(ids.map((id) => findGroup(db, id)))
  return { allowed_group_names: found.flatMap((group) => group?.name ?? []) }
}
