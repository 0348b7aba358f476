/** What the pages of a sign-in at another provider work with. */
import type { PageServices } from '../../feature.ts'
import { createBrowserSecret } from '../../interaction/browser-secret.ts'
import type { BrowserSecret } from '../../interaction/browser-secret.ts'
import { createPendingSignIns } from '../../interaction/pending/pending-sign-ins.ts'
import type { PendingSignIns } from '../../interaction/pending/pending-sign-ins.ts'
import type { Services } from '../../services.ts'
import { createLogoutTokens } from '../../upstreams/client/logout-token.ts'
import type { ReadLogoutToken } from '../../upstreams/client/logout-token.ts'
import { createUpstreamFetch, createUpstreamMetadata } from '../../upstreams/client/upstream-metadata.ts'
import { createUpstreamClient } from '../../upstreams/client/upstream-client.ts'
import type { UpstreamClient } from '../../upstreams/client/upstream-client.ts'

export type UpstreamServices = PageServices & {
  upstreamClient: UpstreamClient
  browserSecret: BrowserSecret
  pending: PendingSignIns
}

/** One for the process: they keep metadata and keys. */
export function upstreamSidesOf({ config, clock }: Pick<Services, 'config' | 'clock'>): {
  client: UpstreamClient
  readLogoutToken: ReadLogoutToken
} {
  const { guard, issuer } = config
  const fetch = createUpstreamFetch(guard)
  const metadata = createUpstreamMetadata({ fetch, clock, allowLoopback: guard.allowLoopback })
  return {
    client: createUpstreamClient(metadata, { clock, issuer }),
    readLogoutToken: createLogoutTokens(metadata, { fetch, clock }),
  }
}

export function upstreamServices(services: PageServices, upstreamClient: UpstreamClient): UpstreamServices {
  return {
    ...services,
    upstreamClient,
    browserSecret: createBrowserSecret(services.config),
    pending: createPendingSignIns(services),
  }
}
