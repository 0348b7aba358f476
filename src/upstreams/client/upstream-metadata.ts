/** Where an upstream is reached: by discovery, or as its definition says. All requests go through the guarded agent. */
import * as oauth from 'oauth4webapi'
import type { Clock } from '../../platform/clock.ts'
import { MINUTE_MS } from '../../platform/clock.ts'
import { createLookupCache } from '../../platform/lookup-cache.ts'
import { createGuardedFetch } from '../../platform/network/guarded-fetch.ts'
import type { GuardedFetch, GuardSettings } from '../../platform/network/guarded-fetch.ts'
import { failing, UpstreamFailure } from './upstream-failure.ts'
import type { Upstream } from '../upstream.ts'

/** For every request of the library. */
export type RequestOptions = {
  [oauth.customFetch]: ReturnType<typeof passedTo>
  [oauth.allowInsecureRequests]: boolean
}

export type UpstreamMetadata = {
  options: RequestOptions
  /** @throws UpstreamFailure `down` */
  describe: (upstream: Upstream) => Promise<oauth.AuthorizationServer>
  /** How many keys it publishes. @throws UpstreamFailure `down`, `invalid` */
  countKeys: (upstream: Upstream) => Promise<number>
}

/** How long metadata of a provider is used. Keys are fetched again when a signature needs one that is not known. */
const METADATA_MS = 10 * MINUTE_MS

/** Providers answer more slowly than apps of one's own network, and some send large key sets. */
const TIMEOUT_MS = 8000
const LIMIT_BYTES = 256 * 1024

export function createUpstreamFetch(guard: GuardSettings): GuardedFetch {
  return createGuardedFetch({ ...guard, timeoutMs: TIMEOUT_MS, limitBytes: LIMIT_BYTES })
}

/** `allowLoopback`: allows plain http; the guarded agent then takes it for loopback only. */
export function createUpstreamMetadata(needs: {
  fetch: GuardedFetch
  clock: Clock
  allowLoopback: boolean
}): UpstreamMetadata {
  const { fetch, clock, allowLoopback } = needs
  const options = { [oauth.customFetch]: passedTo(fetch), [oauth.allowInsecureRequests]: allowLoopback }
  const load = (issuer: string) => discover(new URL(issuer), options)
  const discovered = createLookupCache({ clock, ttlMs: METADATA_MS, load })
  const describe = (upstream: Upstream) =>
    failing('down', async () => {
      const found = upstream.kind === 'oidc' ? await discovered.get(upstream.issuer ?? '') : undefined
      return found ?? describedBy(upstream)
    })
  return {
    options,
    describe,
    async countKeys(upstream) {
      const { jwks_uri: address } = await describe(upstream)
      if (!address) throw new UpstreamFailure('invalid', 'its metadata has no jwks_uri')
      const answer = await failing('down', () => fetch(address))
      const { keys } = await failing('invalid', async () => (await answer.json()) as { keys?: unknown })
      return Array.isArray(keys) ? keys.length : 0
    },
  }
}

async function discover(issuer: URL, options: RequestOptions): Promise<oauth.AuthorizationServer> {
  const response = await oauth.discoveryRequest(issuer, options)
  return oauth.processDiscoveryResponse(issuer, response)
}

/** The definition as metadata. An issuer that is not known is never compared. */
function describedBy({ issuer, endpoints }: Upstream): oauth.AuthorizationServer {
  return {
    issuer: issuer ?? new URL(endpoints.token ?? '').origin,
    ...(endpoints.authorization && { authorization_endpoint: endpoints.authorization }),
    ...(endpoints.token && { token_endpoint: endpoints.token }),
    ...(endpoints.userinfo && { userinfo_endpoint: endpoints.userinfo }),
  }
}

/** What the library hands to its `fetch`. */
type Passed = { method?: string; headers?: Record<string, string>; body?: unknown }

/** The library's `fetch`, on ours. It follows no redirects either. */
function passedTo(fetch: GuardedFetch) {
  return (url: string, { method = 'GET', headers = {}, body }: Passed) => {
    const form = body instanceof URLSearchParams ? { body: body.toString() } : {}
    return fetch(url, { method, headers, ...form })
  }
}
