/**
 * Limits the records that requests without a sign-in leave in the grant store, for each network and each client. The
 * unit is 2 KiB, so that a large request uses up more of the limit.
 */
import { isIPv4 } from 'node:net'
import { errors } from 'oidc-provider'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { networksOf } from '../../attempts/network.ts'
import { requestState } from '../../http/request/request-state.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { MINUTE_MS } from '../../platform/clock.ts'
import { keyedDigest } from '../../platform/tokens.ts'
import type { Budget, Spent, WindowCounter } from '../../platform/window-counter.ts'

export const FLOW_WINDOW_MS = 5 * MINUTE_MS
export const FLOW_UNIT_BYTES = 2048

/** `page`: begun by a browser. `request`: begun by a client, and counted for the client as well. */
export type LeftBehind = { by: 'page' | 'request'; bytes: number }

export type FlowLimits = {
  /**
   * Counts what this request is about to leave behind.
   * @throws errors.OIDCProviderError 429 when the limit of the network or the client is used up
   */
  count: (ctx: KoaContextWithOIDC, left: LeftBehind) => void
  /** The same for a page of ours without an app. */
  countOwn: (ctx: AnyContext, bytes: number) => void
  /** Refuses a network with a used-up limit before any work is done. @throws the same */
  refuseSpent: (ctx: AnyContext) => void
}

/** Endpoints where clients begin something. Records of other endpoints belong to a signed-in person. */
const BEGINNINGS = new Set([
  'pushed_authorization_request',
  'device_authorization',
  'backchannel_authentication',
  'authorization_challenge',
])

export function createFlowLimits(needs: {
  counter: WindowCounter
  /** Secret for the names of the counters, which would otherwise show addresses. */
  key: Buffer
  /** Units in five minutes. */
  flowsPerNetwork: number
  flowsPerClient: number
  /** A /48 may use the limit of its /64s this many times. */
  ipv6SiteFactor: number
  /** True for an address that is not counted. */
  isUnlimited?: (ip: string) => boolean
}): FlowLimits {
  const { counter, key, flowsPerNetwork, flowsPerClient, ipv6SiteFactor } = needs
  const sources = (ip: string) => (needs.isUnlimited?.(ip) === true ? [] : sourcesOf(ip))
  const budget = (limit: number, ...of: string[]): Budget => ({
    name: keyedDigest(key, JSON.stringify(['flows', ...of])),
    limit,
    label: of.join(' '),
  })
  const networkBudgets = (ctx: AnyContext): Budget[] =>
    sources(requestState(ctx).clientIp ?? '').map((source, level) =>
      budget(flowsPerNetwork * (level === 0 ? 1 : ipv6SiteFactor), 'network', source),
    )
  return {
    count(ctx, { by, bytes }) {
      const { client, route } = ctx.oidc
      if (by === 'request' && !BEGINNINGS.has(route)) return
      const own = by === 'request' && client ? [budget(flowsPerClient, 'client', client.clientId)] : []
      const proven = own.length > 0 && client?.clientAuthMethod !== 'none'
      const budgets = proven ? own : [...networkBudgets(ctx), ...own]
      refuse(ctx, counter.take(budgets, unitsOf(bytes)))
    },
    countOwn: (ctx, bytes) => refuse(ctx, counter.take(networkBudgets(ctx), unitsOf(bytes))),
    refuseSpent: (ctx) => refuse(ctx, counter.spent(networkBudgets(ctx))),
  }
}

function unitsOf(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / FLOW_UNIT_BYTES))
}

/** The counters of a request: its IPv4 address, or its IPv6 /64 and the /48 around it. */
function sourcesOf(ip: string): readonly string[] {
  return isIPv4(ip) ? [ip] : networksOf(ip)
}

function refuse(ctx: AnyContext, spent: Spent | undefined): void {
  if (!spent) return
  const { limit, retryAfterSeconds } = spent
  ctx.set('Retry-After', String(retryAfterSeconds))
  // Counted, and logged as a sum.
  requestState(ctx).folded = true
  const words = `too many requests: ${limit} in ${FLOW_WINDOW_MS / MINUTE_MS} minutes; wait ${retryAfterSeconds} seconds`
  const refusal = new errors.CustomOIDCProviderError('temporarily_unavailable', words)
  // Answers here, as a page or JSON. An app that got the error by redirect would send the request again at once.
  throw Object.assign(refusal, { status: 429, statusCode: 429, allow_redirect: false })
}
