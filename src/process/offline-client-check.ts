/** Runs the library's checks of a client for the command line, which has no server at hand. */
import type { ClientChecks } from '../clients/clients.ts'
import { ensureAllKeys } from '../keys/key-set.ts'
import { clientCheck } from '../provider/clients/client-check.ts'
import { openPagelessSite } from './pageless-provider.ts'
import type { Parts } from './start/parts.ts'

export async function createClientCheck(parts: Parts): Promise<NonNullable<ClientChecks['accepts']>> {
  const { db, clock, sealer } = parts
  await ensureAllKeys(db, { clock, sealer })
  // A command ends before anything could change, so it needs no change feed.
  const feed = { ...parts.feed, on: () => undefined }
  const { oidc } = await openPagelessSite({ ...parts, feed })
  return clientCheck(oidc.current)
}
