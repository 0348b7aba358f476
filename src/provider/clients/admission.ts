/**
 * Limits how many new clients one network may cause in an hour: open registrations, and documents fetched for the first
 * time.
 */
import { LRUCache } from 'lru-cache'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { newClientTakes } from '../../attempts/account-limits.ts'
import type { NewClientKind } from '../../attempts/account-limits.ts'
import { takeFromBuckets } from '../../attempts/bucket.ts'
import { requestState } from '../../http/request/request-state.ts'
import { SECOND_MS } from '../../platform/clock.ts'
import { AppError } from '../../platform/errors.ts'
import type { Services } from '../../services.ts'

export type Admission = {
  /** Names the counter. */
  kind: NewClientKind
  limit: number
  /** What is limited, as the log and the answer name it. */
  what: string
  /** The setting that raises the limit. */
  setting?: string
}

/** How many networks to remember as logged. */
const MOST_NOTED = 10_000

/**
 * Counts one more from the request's network. The first refusal of a network is logged, later ones only after its limit
 * ended.
 * @throws AppError 429 `too_many_requests`
 */
export function createAdmission(
  { config, db, clock, log }: Pick<Services, 'config' | 'db' | 'clock' | 'log'>,
  { kind, limit, what, setting }: Admission,
): (ctx: KoaContextWithOIDC) => Promise<void> {
  const logged = new LRUCache<string, number>({ max: MOST_NOTED })
  return async (ctx) => {
    const { clientIp = '', requestId } = requestState(ctx)
    const takes = newClientTakes(config, { kind, limit }, clientIp, clock())
    const taken = await takeFromBuckets(db, takes)
    if (taken.allowed) return
    const { retryAfterSeconds } = taken
    const bucket = takes[0]?.bucket ?? ''
    if ((logged.get(bucket) ?? 0) <= clock()) {
      logged.set(bucket, clock() + retryAfterSeconds * SECOND_MS)
      log.info({ requestId, what, limit, retryAfterSeconds, setting }, 'oidc.limited')
    }
    const words = `${limit} ${what} an hour are taken from one network: try again in ${retryAfterSeconds} seconds`
    throw new AppError('too_many_requests', 429, words, { retryAfterSeconds })
  }
}
