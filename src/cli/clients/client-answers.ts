/** What the commands about clients print, wherever they read it. */
import { withWarnings } from '../../command-line/command.ts'
import type { Answer } from '../../command-line/command.ts'
import { isoTime, record, table } from '../../command-line/layout.ts'
import { SECOND_MS } from '../../platform/clock.ts'

/** By the names of RFC 7591. */
export type ShownClient = {
  client_id: string
  client_id_issued_at: number
  client_name: string
  token_endpoint_auth_method?: unknown
  redirect_uris?: readonly unknown[]
  client_secret?: string | undefined
  disabled: boolean
}

export function clientAnswer(client: ShownClient): Answer {
  return { data: client, text: textOf(client) }
}

export function clientWithSecret(client: ShownClient, warnings: readonly string[] = []): Answer {
  const note = client.client_secret ? '\n\nThe client_secret is shown only now.' : ''
  return withWarnings({ data: client, text: textOf(client) + note }, warnings)
}

/** `after`: how many to skip for the next ones; undefined where all are listed. */
export function clientList(clients: readonly ShownClient[], after?: number): Answer {
  const rows = clients.map((one) => [
    one.client_id,
    one.client_name,
    one.token_endpoint_auth_method,
    one.disabled ? 'disabled' : 'enabled',
    one.redirect_uris?.[0],
  ])
  const head = ['CLIENT_ID', 'NAME', 'AUTHENTICATES BY', 'STATE', 'REDIRECT']
  const lines = [table(head, rows, 'No clients.')]
  if (after !== undefined) lines.push(`More: --offset ${after}`)
  return { data: { clients }, text: lines.join('\n') }
}

export function clientDeleted(client: Pick<ShownClient, 'client_id' | 'client_name'>): Answer {
  const { client_id, client_name } = client
  return { data: { client_id, client_name, deleted: true }, text: `Deleted ${client_name} (${client_id}).` }
}

// Shows names of RFC 7591, without the times in seconds, which mean nothing to people.
function textOf(client: ShownClient): string {
  const issued = { client_id_issued_at: isoTime(client.client_id_issued_at * SECOND_MS) }
  return record({ ...client, ...issued, client_secret_expires_at: undefined })
}
