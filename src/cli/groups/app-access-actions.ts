/** What `client set-groups` does. */
import { findClient, updateClient } from '../../clients/clients.ts'
import type { Answer } from '../../command-line/command.ts'
import type { Input } from '../../command-line/input.ts'
import { allowedGroups } from '../../groups/app-access.ts'
import { findGroup } from '../../groups/groups.ts'
import type { Services } from '../../services.ts'
import { appGroups } from './app-access-answers.ts'

/** What `client show` adds: the names of the groups. */
export async function groupsOf(
  { db }: Services,
  clientId: string,
): Promise<{ allowed_group_names?: string[] }> {
  const ids = allowedGroups((await findClient(db, clientId))?.metadata)
  if (!ids) return {}
  const found = await Promise.all(ids.map((id) => findGroup(db, id)))
  return { allowed_group_names: found.flatMap((group) => group?.name ?? []) }
}

export async function setGroups(input: Input, services: Services): Promise<Answer> {
  const [clientId = ''] = input.operands
  const typed = input.texts('group')
  const changes = { allowed_groups: typed.length > 0 ? typed : null }
  const changed = await updateClient(services.db, clientId, changes, services)
  const { allowed_group_names: names = [] } = await groupsOf(services, clientId)
  return appGroups(changed, names)
}
