/**
 * How much may be left in the grant store by requests that nobody has signed in for: by one network, and through one client.
 * Counted in units of 2 KiB, so that large requests use a limit up sooner and what a network leaves behind has a bound.
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

export type FlowLimitNeeds = {
  counter: WindowCounter
  /** Hides in the counters whom they count. */
  key: Buffer
  /** Units in five minutes. */
  perNetwork: number
  perClient: number
  /** How many times the limit of a /64 its /48 has. */
  ipv6SiteFactor: number
}

/** `page`: what a browser begins. `request`: what a client begins, which counts for the client, too. */
export type LeftBehind = { by: 'page' | 'request'; bytes: number }

export type FlowLimits = {
  /**
   * Counts what this request is about to leave behind.
   * @throws errors.OIDCProviderError 429 when the network or the client has used its limit up
   */
  count: (ctx: KoaContextWithOIDC, left: LeftBehind) => void
  /** Is this network's limit used up? For refusing before any work. @throws the same */
  refuseSpent: (ctx: AnyContext) => void
}

/** Where clients begin something; elsewhere what they write belongs to a person who has signed in. */
const BEGINNINGS = new Set([
  'pushed_authorization_request',
  'device_authorization',
  'backchannel_authentication',
  'authorization_challenge',
])

export function createFlowLimits(needs: FlowLimitNeeds): FlowLimits {
  const { counter, key, perNetwork, perClient, ipv6SiteFactor } = needs
  const budget = (limit: number, ...of: string[]): Budget => ({
    name: keyedDigest(key, JSON.stringify(['flows', ...of])),
    limit,
    label: of.join(' '),
  })
  const networkBudgets = (ctx: AnyContext): Budget[] =>
    sourcesOf(requestState(ctx).clientIp ?? '').map((source, level) =>
      budget(perNetwork * (level === 0 ? 1 : ipv6SiteFactor), 'network', source),
    )
  return {
    count(ctx, { by, bytes }) {
      const { client, route } = ctx.oidc
      if (by === 'request' && !BEGINNINGS.has(route)) return
      const own = by === 'request' && client ? [budget(perClient, 'client', client.clientId)] : []
      const proven = own.length > 0 && client?.clientAuthMethod !== 'none'
      const budgets = proven ? own : [...networkBudgets(ctx), ...own]
      refuse(ctx, counter.take(budgets, Math.max(1, Math.ceil(bytes / FLOW_UNIT_BYTES))))
    },
    refuseSpent: (ctx) => refuse(ctx, counter.spent(networkBudgets(ctx))),
  }
}

/** What a request counts for: an IPv4 address; an IPv6 /64, and the /48 around it. */
function sourcesOf(ip: string): readonly string[] {
  return isIPv4(ip) ? [ip] : networksOf(ip)
}

function refuse(ctx: AnyContext, spent: Spent | undefined): void {
  if (!spent) return
  const { limit, retryAfterSeconds } = spent
  ctx.set('Retry-After', String(retryAfterSeconds))
  // Counted, and logged in sum.
  requestState(ctx).folded = true
  const words = `too many requests: ${limit} in ${FLOW_WINDOW_MS / MINUTE_MS} minutes; wait ${retryAfterSeconds} seconds`
  const refusal = new errors.CustomOIDCProviderError('temporarily_unavailable', words)
  // A page or JSON here: sent back to the app, it would come again at once.
  throw Object.assign(refusal, { status: 429, statusCode: 429, allow_redirect: false })
}
