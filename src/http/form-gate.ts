/**
 * The first check of a form: before its body is read, its session looked up or a query made. Each network has a budget
 * of forms per minute in this process. No form is accepted while the hashing queue is full. Memory is bounded: the
 * least recently seen network is evicted, and then has its whole budget again.
 */
import type { Middleware } from 'koa'
import { LRUCache } from 'lru-cache'
import { Overload } from '../platform/errors.ts'
import { MINUTE_MS, SECOND_MS } from '../platform/clock.ts'
import type { Clock } from '../platform/clock.ts'
import { clientIp } from './request/client-ip.ts'
import type { AnyContext } from './request/request-state.ts'

export type FormGateNeeds = {
  clock: Clock
  /** The budget of one network or known browser; 0 counts nothing. At most one minute's budget accumulates. */
  formsPerMinute: number
  /** The factor for the IPv6 /48 around a /64. */
  ipv6SiteFactor: number
  /** The network of an address and, with IPv6, the site around it. */
  networksOf: (ip: string) => readonly string[]
  isForm: (path: string) => boolean
  /** Forms with a password, which has to be hashed. */
  hashes: (path: string) => boolean
  /** True while the hashing queue is full. */
  isFull: () => boolean
  /** A browser that signed in before: it is counted by itself, not with its network. */
  knownBrowser: (ctx: AnyContext) => string | undefined
  mostKept?: number
}

type Budget = { left: number; atMs: number }
type Budgets = LRUCache<string, Budget>

const MOST_KEPT = 20_000
const BUSY_SECONDS = 2

/** Throws Overload (429, 503). */
export function formGate(needs: FormGateNeeds): Middleware {
  const budgets: Budgets = new LRUCache({ max: needs.mostKept ?? MOST_KEPT })
  return async (ctx, next) => {
    if (ctx.method !== 'POST' || !needs.isForm(ctx.path)) return next()
    if (needs.formsPerMinute > 0) spend(needs, budgets, ctx)
    if (needs.hashes(ctx.path) && needs.isFull()) throw new Overload('hashing_busy', BUSY_SECONDS)
    return next()
  }
}

function spend(needs: FormGateNeeds, budgets: Budgets, ctx: AnyContext): void {
  const browser = needs.knownBrowser(ctx)
  const senders = browser === undefined ? needs.networksOf(clientIp(ctx)) : [`browser ${browser}`]
  const nowMs = needs.clock()
  const open = senders.map((sender, level) => {
    const perMinute = needs.formsPerMinute * (level === 0 ? 1 : needs.ipv6SiteFactor)
    return { budget: budgetOf(budgets, sender, perMinute, nowMs), perMinute }
  })
  const waits = open.map(({ budget, perMinute }) => ((1 - budget.left) * MINUTE_MS) / perMinute)
  const waitMs = Math.max(...waits)
  if (waitMs > 0) throw new Overload('too_many_requests', Math.max(1, Math.ceil(waitMs / SECOND_MS)))
  for (const { budget } of open) budget.left -= 1
}

/** The budget now, with what was refilled since the last check. */
function budgetOf(budgets: Budgets, sender: string, perMinute: number, nowMs: number): Budget {
  const known = budgets.get(sender) ?? { left: perMinute, atMs: nowMs }
  known.left = Math.min(perMinute, known.left + ((nowMs - known.atMs) * perMinute) / MINUTE_MS)
  known.atMs = nowMs
  budgets.set(sender, known)
  return known
}
