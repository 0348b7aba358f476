/**
 * How often a client may ask whether a person has answered: one rule for device codes (RFC 8628 §3.5) and for
 * backchannel authentication (CIBA §11). Asking too early makes the wait longer; of parallel requests one goes on.
 */
import { errors } from 'oidc-provider'
import type { Clock } from '../platform/clock.ts'
import { SECOND_MS } from '../platform/clock.ts'
import type { GrantStore, Root, RootKey } from './store/grant-store.ts'
import { newVersion } from './store/session-records.ts'
import type { Located } from './store/token-ids.ts'

/** What clients are told to wait between two requests. */
export const POLL_INTERVAL_SECONDS = 5
/** Added to the wait by each request that came too early. */
const STEP_MS = 5 * SECOND_MS
/** Requests sent at the right distance do not arrive at exactly that distance. */
const TOLERANCE_MS = SECOND_MS

type Needs = { store: GrantStore; clock: Clock }
type Pace = { askedAtMs: number; waitMs: number }

/**
 * Lets the request through or refuses it, in one compare-and-set; `untilMs` is when the code ends.
 * @throws errors.SlowDown
 */
export async function keepPace({ store, clock }: Needs, place: Located, untilMs: number): Promise<void> {
  const key = paceKey(place)
  const nowMs = clock()
  const root = await store.readRoot(key)
  if (!root) return begin(store, key, nowMs, untilMs)
  const pace = JSON.parse(root.payload) as Pace
  const early = nowMs - pace.askedAtMs < pace.waitMs - TOLERANCE_MS
  const next = { askedAtMs: nowMs, waitMs: pace.waitMs + (early ? STEP_MS : 0) }
  const { outcome } = await store.putRoot(key, toRoot(next), untilMs, root.version)
  // Another request was let through or refused since this one read.
  if (early || outcome !== 'done') throw new errors.SlowDown()
}

/** Lets the next request through whenever it comes: the client is being told that it may ask now (CIBA §10.2). */
export async function forgetPace({ store }: Pick<Needs, 'store'>, place: Located): Promise<void> {
  const key = paceKey(place)
  await Promise.all([store.remove(key), store.remove(firstOf(key))])
}

async function begin(store: GrantStore, key: RootKey, nowMs: number, untilMs: number): Promise<void> {
  const waitMs = POLL_INTERVAL_SECONDS * SECOND_MS
  if (!(await store.claim(firstOf(key), nowMs + waitMs))) throw new errors.SlowDown()
  await store.putRoot(key, toRoot({ askedAtMs: nowMs, waitMs }), untilMs)
}

function paceKey({ key }: Located): RootKey {
  return `${key}:pace`
}

function firstOf(key: RootKey): string {
  return `${key}:first`
}

function toRoot(pace: Pace): Root {
  return { digest: '', version: newVersion(), payload: JSON.stringify(pace) }
}
