/** What `client set-groups` prints, wherever it was done. */
import type { Answer } from '../../command-line/command.ts'
import { record } from '../../command-line/layout.ts'

type Limited = {
  client_id: string
  client_name: string
  allowed_groups?: readonly string[] | null | undefined
}

export function appGroups(
  { client_id, client_name, allowed_groups }: Limited,
  names: readonly string[],
): Answer {
  const data = {
    client_id,
    client_name,
    allowed_groups: allowed_groups ?? null,
    ...(allowed_groups && { allowed_group_names: names }),
  }
  return { data, text: allowed_groups ? record(data) : `Everybody may use ${client_name} (${client_id}).` }
}
