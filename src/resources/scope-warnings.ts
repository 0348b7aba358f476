/**
 * Scopes without a text: on the consent page people read the bare name, such as `ledger:w`. Operators hear of it when they
 * register an API, or an app that may ask for one.
 */
import type { ClientMetadata } from '../clients/client-metadata.ts'
import type { Sql } from '../platform/sql/database.ts'
import { listResources } from './resources.ts'
import type { Resource } from './resources.ts'

/** One sentence for a resource server with such scopes; none where every scope has a text. */
export function scopeWarnings({ identifier, scopes, scopeTexts }: Resource): string[] {
  const silent = scopes.split(' ').filter((scope) => scope !== '' && !scopeTexts[scope])
  if (silent.length === 0) return []
  return [
    `People read the bare names of these scopes of ${identifier}: ${silent.join(', ')}. Give them texts.`,
  ]
}

/** The same for the resource servers that a client may ask for. People give no consent to a first-party app. */
export async function scopeWarningsOfClient(
  sql: Sql,
  client: Pick<ClientMetadata, 'allowed_resources' | 'first_party'>,
): Promise<string[]> {
  if (client.first_party || client.allowed_resources.length === 0) return []
  const resources = await listResources(sql)
  return resources.filter((one) => client.allowed_resources.includes(one.identifier)).flatMap(scopeWarnings)
}
