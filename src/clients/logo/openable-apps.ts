/** The apps that a person can open from here: they sign people in at an address of their own (`initiate_login_uri`). */
import { selectClients, toClient } from '../client-rows.ts'
import { mayUse } from '../../groups/app-access.ts'
import type { Sql } from '../../platform/sql/database.ts'
import { inLanguage } from '../../words/tagged.ts'
import { logoHrefOf } from './client-logo.ts'

export type OpenableApp = { clientId: string; name: string; href: string; logoHref?: string }

/** A page with more would help nobody. */
const MOST_SHOWN = 200

/**
 * Those that an operator registered, and of all others those in `known`: a stranger's app is not offered to everybody. By name.
 * An app for groups is shown to their members alone. `issuer` goes along, as the app may have several (OpenID Connect Core §4).
 */
export async function listOpenableApps(
  sql: Sql,
  { issuer, known, groupIds }: { issuer: string; known: readonly string[]; groupIds: readonly string[] },
): Promise<OpenableApp[]> {
  const rows = await selectClients(sql)
    .whereNull('disabledAtMs')
    .where('metadata', 'like', '%"initiate_login_uri":"%')
    .where((found) => found.whereNull('registeredBy').orWhereIn('clientId', [...known]))
    .orderBy('name')
    .limit(MOST_SHOWN)
  return rows.flatMap((row) => {
    const client = toClient(row)
    const { clientId, metadata } = client
    if (metadata.initiate_login_uri === undefined || !mayUse(metadata, { groupIds })) return []
    const href = new URL(metadata.initiate_login_uri)
    href.searchParams.set('iss', issuer)
    const shown = logoHrefOf(client)
    const name = inLanguage(metadata, 'client_name') ?? metadata.client_name
    return [{ clientId, name, href: href.href, ...(shown !== undefined && { logoHref: shown }) }]
  })
}
