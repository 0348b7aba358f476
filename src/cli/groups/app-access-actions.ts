/** What `client set-groups` does. */
import { findClient, updateClient } from '../../clients/clients.ts'
import type { Answer } from '../../command-line/command.ts'
import type { Input } from '../../command-line/input.ts'
import { record } from '../../command-line/layout.ts'
import { allowedGroups } from '../../groups/app-access.ts'
import { findGroup } from '../../groups/groups.ts'
import type { Services } from '../../services.ts'

/** What `client show` adds: the names of the groups. */
export async function groupsOf({ db }: Services, clientId: string) {
  const ids = allowedGroups((await findClient(db, clientId))?.metadata)
  if (!ids) return {}
  const found = await Promise.all(ids.map((id) => findGroup(db, id)))
  return { allowed_group_names: found.flatMap((group) => group?.name ?? []) }
}

export async function setGroups(input: Input, services: Services): Promise<Answer> {
  const [clientId = ''] = input.operands
  const typed = input.texts('group')
  const changes = { allowed_groups: typed.length > 0 ? typed : null }
  const { client_name: name, allowed_groups: groups } = await updateClient(
    services.db,
    clientId,
    changes,
    services,
  )
  const data = {
    client_id: clientId,
    client_name: name,
    allowed_groups: groups ?? null,
    ...(await groupsOf(services, clientId)),
  }
  return { data, text: groups ? record(data) : `Everybody may use ${name} (${clientId}).` }
}
