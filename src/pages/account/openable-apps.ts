/** The apps that a person can open from our pages. */
import { listOpenableApps } from '../../clients/logo/openable-apps.ts'
import type { PageServices } from '../../feature.ts'
import { groupsOf } from '../../groups/members.ts'

/** `used`: those with access. The ones that were used last come first. */
export async function openableApps(
  { db, config }: Pick<PageServices, 'db' | 'config'>,
  accountId: string,
  used: readonly { clientId: string; lastUsedAtMs: number | null }[],
) {
  const lastUsed = new Map(used.map(({ clientId, lastUsedAtMs }) => [clientId, lastUsedAtMs ?? 0]))
  const groupIds = (await groupsOf(db, accountId)).map(({ id }) => id)
  const known = [...lastUsed.keys()]
  const found = await listOpenableApps(db, { issuer: config.issuer, known, groupIds })
  return found
    .map((app) => ({ ...app, lastUsedAtMs: lastUsed.get(app.clientId) ?? 0 }))
    .toSorted((one, other) => other.lastUsedAtMs - one.lastUsedAtMs)
}
