/** What `client set-groups` does, and what `client show` adds about the groups of a client. */
import { z } from 'zod'
import type { Api } from '../../command-line/api.ts'
import type { Answer } from '../../command-line/command.ts'
import type { Input } from '../../command-line/input.ts'
import { group } from '../../command-line/named.ts'
import { appGroups } from './app-access-answers.ts'

const limited = z.object({ allowed_groups: z.array(z.string()).nullish() })
const changedClient = limited.extend({ client_id: z.string(), client_name: z.string() })

export async function setGroups(input: Input, api: Api): Promise<Answer> {
  const [clientId = ''] = input.operands
  const typed = input.texts('group')
  const body = { allowed_groups: typed.length > 0 ? typed : null }
  const changed = await api.call('updateClient', changedClient, { params: { client_id: clientId }, body })
  return appGroups(changed, await namesOf(api, changed.allowed_groups ?? []))
}

/** The names of the groups, where the client is limited to some. */
export async function groupsOf(
  api: Api,
  client: Readonly<Record<string, unknown>>,
): Promise<{ allowed_group_names?: string[] }> {
  const { allowed_groups: ids } = limited.parse(client)
  return ids ? { allowed_group_names: await namesOf(api, ids) } : {}
}

/** A group may be gone meanwhile. */
async function namesOf(api: Api, ids: readonly string[]): Promise<string[]> {
  const names: string[] = []
  for (const id of ids) {
    const found = await api.find('getGroup', group, { params: { id } })
    if (found) names.push(found.name)
  }
  return names
}
