/** The far end of back-channel logout in the process that runs the worker, which serves no requests of its own. */
import { createBackchannelLogout } from '../protocol/logout/backchannel-logout.ts'
import type { OidcFeatures } from './oidc.ts'
import { createPagelessOidc } from './pageless-oidc.ts'
import type { Sink } from '../outbox/sink.ts'
import type { Parts } from '../process/parts.ts'
import { SECOND_MS } from '../platform/clock.ts'
import { createGuardedFetch } from '../platform/guarded-fetch.ts'

/** How old clients and keys may be: a worker does not listen to the change feed. */
const FRESH_MS = 10 * SECOND_MS

export function createLogoutSink(parts: Parts): Sink {
  const { clock, config } = parts
  const fetch = createGuardedFetch(config.guard)
  let built: { features: Promise<OidcFeatures>; atMs: number } | undefined
  const provider = async () => {
    if (!built || clock() - built.atMs > FRESH_MS)
      built = { features: createPagelessOidc(parts), atMs: clock() }
    return (await built.features).oidc.current()
  }
  return createBackchannelLogout({ provider, fetch })
}
