/** The library's own view of clients for the command line, which has no server at hand. */
import type { ClientChecks } from '../clients/clients.ts'
import type { Site } from '../feature.ts'
import { ensureAllKeys } from '../keys/key-set.ts'
import { clientCheck } from '../provider/clients/client-check.ts'
import { openPagelessSite, preparePagelessSite } from './pageless-provider.ts'
import type { Parts } from './start/parts.ts'

/** Runs the library's checks of a client. */
export async function createClientCheck(parts: Parts): Promise<NonNullable<ClientChecks['accepts']>> {
  return clientCheck((await openOfflineSite(parts)).oidc.current)
}

/** What operations use, in a command. It knows every client that the server knows. Makes the keys where there are none. */
export async function openOfflineSite(parts: Parts): Promise<Site> {
  const { db, clock, sealer } = parts
  await ensureAllKeys(db, { clock, sealer })
  return openPagelessSite(withoutFeed(parts))
}

/** The same for operations that ask the provider nothing. */
export function prepareOfflineSite(parts: Parts): Site {
  return preparePagelessSite(withoutFeed(parts))
}

// A command ends before anything could change, so it needs no change feed.
function withoutFeed(parts: Parts): Parts {
  return { ...parts, feed: { ...parts.feed, on: () => undefined } }
}
