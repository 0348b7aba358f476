/** The apps that a person can open from our pages. */
import { listOpenableApps } from '../../clients/logo/openable-apps.ts'
import type { PageServices } from '../../feature.ts'

/** `used`: those with access. The ones that were used last come first. */
export async function openableApps(
  { db, config }: Pick<PageServices, 'db' | 'config'>,
  used: readonly { clientId: string; lastUsedAtMs: number | null }[],
) {
  const lastUsed = new Map(used.map(({ clientId, lastUsedAtMs }) => [clientId, lastUsedAtMs ?? 0]))
  const found = await listOpenableApps(db, { issuer: config.issuer, known: [...lastUsed.keys()] })
  return found
    .map((app) => ({ ...app, lastUsedAtMs: lastUsed.get(app.clientId) ?? 0 }))
    .toSorted((one, other) => other.lastUsedAtMs - one.lastUsedAtMs)
}
