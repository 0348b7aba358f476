/** What operations use, for the command line, which has no server at hand. */
import type { Site } from '../feature.ts'
import { ensureAllKeys } from '../keys/key-set.ts'
import { openPagelessSite, preparePagelessSite } from './pageless-provider.ts'
import type { Parts } from './start/parts.ts'

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
