/**
 * Counts in fixed windows of time, in this process and, through a shared place, over all. Taking waits for nothing: what the
 * others took is learned in the background, so that n processes together may pass a limit by about n parts in 64.
 *
 * A refusal costs a look into a map. Refusals are reported once when they begin, and in sum when their window is over.
 */
import { SECOND_MS } from './clock.ts'
import type { Clock } from './clock.ts'

/** `name` identifies the counter; it is kept in the shared place, so it should be a digest. `label` is for the log. */
export type Budget = { name: string; limit: number; label: string }

export type Spent = { limit: number; retryAfterSeconds: number }

export type WindowCounter = {
  /** Takes `cost` from every budget, or from none: then the answer is the budget that is spent. */
  take: (budgets: readonly Budget[], cost: number) => Spent | undefined
  /** The same as taking nothing: is one of them spent? */
  spent: (budgets: readonly Budget[]) => Spent | undefined
}

export type WindowCounterNeeds = {
  clock: Clock
  windowMs: number
  /** Adds to the sum over all processes and answers it; what it keeps may be forgotten after `ttlMs`. */
  share?: ((name: string, amount: number, ttlMs: number) => Promise<number>) | undefined
  /** Refusals: `count` is 1 for the first of a window, and all of them when it is over. */
  onRefused: (refused: { label: string; limit: number; count: number; over: boolean }) => void
  /** Counters kept in memory (50,000 unless given); the oldest is forgotten first. */
  most?: number
}

type Counter = {
  window: number
  budget: Budget
  /** Taken here, of which `unshared` is not yet in the sum. */
  here: number
  unshared: number
  elsewhere: number
  sharedAtMs: number
  sharing: boolean
  refused: number
}

const SHARE_AFTER_MS = SECOND_MS
const SHARE_PART = 64
const MOST_KEPT = 50_000

export function createWindowCounter(needs: WindowCounterNeeds): WindowCounter {
  const state: State = { ...needs, counters: new Map(), window: 0 }
  return {
    spent: (budgets) => refusing(state, budgets, 1),
    take(budgets, cost) {
      const spent = refusing(state, budgets, cost)
      if (!spent) for (const budget of budgets) add(state, budget, cost)
      return spent
    },
  }
}

type State = WindowCounterNeeds & { counters: Map<string, Counter>; window: number }

function refusing(state: State, budgets: readonly Budget[], cost: number): Spent | undefined {
  const { clock, windowMs, onRefused } = state
  for (const budget of budgets) {
    const { limit, label } = budget
    const counter = counterOf(state, budget)
    if (counter.here + counter.elsewhere + cost <= limit) continue
    counter.refused += 1
    if (counter.refused === 1) onRefused({ label, limit, count: 1, over: false })
    return { limit, retryAfterSeconds: Math.ceil((windowMs - (clock() % windowMs)) / SECOND_MS) }
  }
  return undefined
}

function add(state: State, budget: Budget, cost: number): void {
  const counter = counterOf(state, budget)
  const nowMs = state.clock()
  counter.here += cost
  counter.unshared += cost
  if (isDue(counter, nowMs)) void shareOne(state, counter, nowMs)
}

/** The budget's counter of this window. With the first one of a window those of the windows before are gone. */
function counterOf(state: State, budget: Budget): Counter {
  const { clock, windowMs, counters, most = MOST_KEPT } = state
  const window = Math.floor(clock() / windowMs)
  if (window !== state.window) reportPast(state, window)
  const known = counters.get(budget.name)
  if (known) return known
  const [oldest] = counters.keys()
  if (counters.size >= most && oldest !== undefined) counters.delete(oldest)
  const taken = { here: 0, unshared: 0, elsewhere: 0, refused: 0 }
  const fresh = { window, budget, ...taken, sharedAtMs: 0, sharing: false }
  counters.set(budget.name, fresh)
  return fresh
}

function reportPast(state: State, window: number): void {
  const past = [...state.counters.values()]
  state.counters.clear()
  state.window = window
  for (const { budget, refused: count } of past)
    if (count > 1) state.onRefused({ label: budget.label, limit: budget.limit, count, over: true })
}

function isDue({ budget, unshared, sharedAtMs, sharing }: Counter, nowMs: number): boolean {
  return !sharing && (nowMs - sharedAtMs >= SHARE_AFTER_MS || unshared * SHARE_PART >= budget.limit)
}

async function shareOne({ share, windowMs }: State, counter: Counter, nowMs: number): Promise<void> {
  if (!share) return
  const { window, budget, unshared: amount } = counter
  Object.assign(counter, { sharing: true, sharedAtMs: nowMs, unshared: 0 })
  const leftMs = (window + 1) * windowMs - nowMs
  try {
    const sum = await share(`${budget.name}:${window}`, amount, leftMs + SHARE_AFTER_MS)
    counter.elsewhere = Math.max(0, sum - (counter.here - counter.unshared))
  } catch {
    // The shared place is away: this process goes on with what it knows, and adds the amount later.
    counter.unshared += amount
  }
  counter.sharing = false
}
