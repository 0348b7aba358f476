/**
 * Counts in fixed time windows, in this process and in sums shared by all processes. Taking never waits: the process
 * learns the others' counts in the background. So n processes together may exceed a limit by about n parts in 64.
 *
 * A refusal costs one map look-up. Refusals are reported once when they begin, and as a sum when their window ends.
 */
import { SECOND_MS } from './clock.ts'
import type { Clock } from './clock.ts'

/** `name` identifies the counter. It is stored in the shared place, so it should be a digest. `label` is for the log. */
export type Budget = { name: string; limit: number; label: string }

export type Spent = { limit: number; retryAfterSeconds: number }

export type WindowCounter = {
  /** Takes `cost` from every budget, or from none. Answers the exhausted budget, if there is one. */
  take: (budgets: readonly Budget[], cost: number) => Spent | undefined
  /** Answers the exhausted budget, if there is one, without taking. */
  spent: (budgets: readonly Budget[]) => Spent | undefined
}

export type WindowCounterNeeds = {
  clock: Clock
  windowMs: number
  /** Adds to the shared sum and answers it. The sum may expire after `ttlMs`. */
  share?: ((name: string, amount: number, ttlMs: number) => Promise<number>) | undefined
  /** Reports refusals: `count` is 1 for the first in a window, and their number when the window ends. */
  onRefused: (refused: { label: string; limit: number; count: number; over: boolean }) => void
  /** The most counters in memory. Default: 50,000. The oldest is evicted first. */
  most?: number
}

type Counter = {
  window: number
  budget: Budget
  /** Taken in this process. `unshared` is the part that is not yet in the shared sum. */
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

/** The budget's counter of this window. The first counter of a window evicts those of earlier windows. */
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
    // The shared place is down: this process counts alone and adds its amount later.
    counter.unshared += amount
  }
  counter.sharing = false
}
