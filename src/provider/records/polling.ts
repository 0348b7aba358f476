/**
 * Limits how often a client may poll for a person's answer, for device codes (RFC 8628 §3.5) and for backchannel
 * authentication (CIBA §11). Polling too early makes the wait longer. Of parallel polls, one passes.
 */
import { errors, Provider } from 'oidc-provider'
import type { Adapter } from 'oidc-provider'
import { SECOND_MS } from '../../platform/clock.ts'
import type { GrantStore, Root, RootKey } from '../../grant-store/grant-store.ts'
import { newVersion } from './session-records.ts'
import { locate } from '../../grant-store/token-ids.ts'
import type { Located } from '../../grant-store/token-ids.ts'
import { LINGER_MS } from './waiting-requests.ts'
import type { Services } from '../../services.ts'

/** The wait between two polls that clients are asked to keep. */
export const POLL_INTERVAL_SECONDS = 5
/** Added to the wait by each poll that came too early. */
const STEP_MS = 5 * SECOND_MS
/** Tolerance for polls that were sent at the right interval but arrive a little early. */
const TOLERANCE_MS = SECOND_MS

type Pace = { askedAtMs: number; waitMs: number }

/** The credential that the client polls with. */
type Code = { clientId?: string; exp?: number; consumed?: unknown }

/** Enforces the interval for polls with the codes of a model. */
export function paced(
  name: 'DeviceCode' | 'BackchannelAuthenticationRequest',
  needs: Pick<Services, 'store' | 'clock'>,
  adapter: Adapter,
): Adapter {
  const find = async (id: string) => {
    const code = (await adapter.find(id)) ?? undefined
    const place = locate(name, id)
    const ctx = Provider.ctx
    const polled = place && ctx?.oidc.route === 'token' && code?.clientId === ctx.oidc.client?.clientId
    // It also counts for a used code, so that a parallel poll is not taken for theft.
    if (polled && code && !isExpired(needs, code)) await keepPace(needs, place, code)
    return code
  }
  return { ...adapter, find }
}

function isExpired({ clock }: Pick<Services, 'clock'>, { exp = 0 }: Code): boolean {
  return exp <= Math.floor(clock() / SECOND_MS)
}

/**
 * Lets the poll through or refuses it. One that comes too early with a code that has succeeded gets `invalid_grant`:
 * there is nothing to wait for. The second poll of a client is no theft, so nothing is revoked.
 * @throws errors.SlowDown errors.InvalidGrant
 */
async function keepPace(
  needs: Pick<Services, 'store' | 'clock'>,
  place: Located,
  { exp = 0, consumed }: Code,
): Promise<void> {
  if (await isInPace(needs, place, exp * SECOND_MS + LINGER_MS)) return
  throw consumed ? new errors.InvalidGrant('already redeemed') : new errors.SlowDown()
}

/** One compare-and-set. `untilMs` is the end of the code. */
async function isInPace(
  { store, clock }: Pick<Services, 'store' | 'clock'>,
  place: Located,
  untilMs: number,
): Promise<boolean> {
  const key = paceKey(place)
  const nowMs = clock()
  const root = await store.readRoot(key)
  if (!root) return begin(store, key, nowMs, untilMs)
  const pace = JSON.parse(root.payload) as Pace
  const early = nowMs - pace.askedAtMs < pace.waitMs - TOLERANCE_MS
  const next = { askedAtMs: nowMs, waitMs: pace.waitMs + (early ? STEP_MS : 0) }
  const { outcome } = await store.putRoot(key, toRoot(next), untilMs, root.version)
  // Otherwise a parallel poll has changed the state since this one read it.
  return !early && outcome === 'done'
}

/** Lets the next poll through at once, because the client is being notified that it may ask (CIBA §10.2). */
export async function forgetPace(
  { store }: Pick<Pick<Services, 'store' | 'clock'>, 'store'>,
  place: Located,
): Promise<void> {
  const key = paceKey(place)
  await Promise.all([store.remove(key), store.remove(firstOf(key))])
}

async function begin(store: GrantStore, key: RootKey, nowMs: number, untilMs: number): Promise<boolean> {
  const waitMs = POLL_INTERVAL_SECONDS * SECOND_MS
  if (!(await store.claim(firstOf(key), nowMs + waitMs))) return false
  await store.putRoot(key, toRoot({ askedAtMs: nowMs, waitMs }), untilMs)
  return true
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
