/** The library's own view of clients for the command line, which has no server at hand. */
import type Provider from 'oidc-provider'
import type { ClientChecks } from '../clients/clients.ts'
import { ensureAllKeys } from '../keys/key-set.ts'
import { clientCheck } from '../provider/clients/client-check.ts'
import { openPagelessSite } from './pageless-provider.ts'
import type { Parts } from './start/parts.ts'

/** Runs the library's checks of a client. */
export async function createClientCheck(parts: Parts): Promise<NonNullable<ClientChecks['accepts']>> {
  return clientCheck(await openOffline(parts))
}

/** Knows every client that the server knows, by its name. */
export async function offlineProvider(parts: Parts): Promise<Provider> {
  return (await openOffline(parts))()
}

async function openOffline(parts: Parts): Promise<() => Provider> {
  const { db, clock, sealer } = parts
  await ensureAllKeys(db, { clock, sealer })
  // A command ends before anything could change, so it needs no change feed.
  const feed = { ...parts.feed, on: () => undefined }
  const { oidc } = await openPagelessSite({ ...parts, feed })
  return oidc.current
}
