/** The far end of back-channel logout in the process that runs the worker, which serves no requests of its own. */
import { createBackchannelLogout } from '../oidc/logout/backchannel-logout.ts'
import { createOidcFeatures } from './oidc.ts'
import type { OidcFeatures } from './oidc.ts'
import type { Sink } from '../outbox/sink.ts'
import type { Parts } from '../process/parts.ts'
import { SECOND_MS } from '../platform/clock.ts'
import { createGuardedFetch } from '../platform/guarded-fetch.ts'

/** How old clients and keys may be: a worker does not listen to the change feed. */
const FRESH_MS = 10 * SECOND_MS

export function createLogoutSink(parts: Parts): Sink {
  const { clock, config } = parts
  let built: { features: Promise<OidcFeatures>; atMs: number } | undefined
  const features = () => {
    if (!built || clock() - built.atMs > FRESH_MS) built = { features: build(parts), atMs: clock() }
    return built.features
  }
  return {
    deliver: (message) => {
      const fetch = createGuardedFetch(config.guard)
      const provider = async () => (await features()).oidc.current()
      return createBackchannelLogout({ provider, fetch }).deliver(message)
    },
  }
}

/** The same provider as the server's, for its clients and keys alone. */
function build(parts: Parts): Promise<OidcFeatures> {
  const unheard = { ...parts.feed, on: () => undefined }
  return createOidcFeatures({
    parts: { ...parts, feed: unheard },
    render: noPage,
    renderError: noPage,
    startAgain: noPage,
    interactionUrl: noPage,
  })
}

function noPage(): never {
  throw new Error('a worker has no pages')
}
