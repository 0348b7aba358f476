/**
 * Device codes (RFC 8628) on top of the library's model: the polling interval is enforced and guesses of user codes are
 * counted. A code that was entered but not confirmed can be entered again.
 */
import { errors, Provider } from 'oidc-provider'
import type { Adapter, AdapterPayload, KoaContextWithOIDC } from 'oidc-provider'
import { userCodeTakes } from '../../attempts/account-limits.ts'
import { returnToBucket, takeFromBuckets } from '../../attempts/bucket.ts'
import type { BucketRule } from '../../attempts/bucket.ts'
import { requestState } from '../../http/request/request-state.ts'
import { MINUTE_MS } from '../../platform/clock.ts'
import { keyedDigest } from '../../platform/tokens.ts'
import { paced } from '../../provider/records/polling.ts'
import type { Services } from '../../services.ts'

/** Wrong user codes of one session. */
const PER_SESSION: BucketRule = { limit: 10, windowMs: 10 * MINUTE_MS }

/** Failures that are no answer of the person, so the code stays valid. */
const PASSING = new Set(['server_error', 'temporarily_unavailable', 'invalid_request'])

/** Wraps the records of device codes. */
export function deviceCodeRecords(services: Services, adapter: Adapter): Adapter {
  return {
    ...paced('DeviceCode', services, adapter),
    async findByUserCode(userCode) {
      const giveBack = await countGuess(services, Provider.ctx)
      const code = await adapter.findByUserCode(userCode)
      if (!code) return undefined
      await giveBack()
      // Set by the library when the code was confirmed. A person who then closed the page may enter it once more.
      return { ...code, inFlight: undefined }
    },
    upsert: (id, payload, expiresIn) => adapter.upsert(id, withoutPassing(payload), expiresIn),
  }
}

function withoutPassing(payload: AdapterPayload): AdapterPayload {
  if (!PASSING.has(payload.error ?? '')) return payload
  return { ...payload, error: undefined, errorDescription: undefined }
}

/** Counts an attempt before it is evaluated. Returns a function that takes a right one back. */
async function countGuess({ db, clock, config }: Services, ctx: KoaContextWithOIDC | undefined) {
  const nowMs = clock()
  const session = keyedDigest(
    config.keys.index,
    JSON.stringify(['user-code', 'session', ctx?.oidc.session?.uid ?? '']),
  )
  const ip = (ctx && requestState(ctx).clientIp) ?? ''
  const takes = [{ ...PER_SESSION, bucket: session, nowMs }, ...userCodeTakes(config, ip, nowMs)]
  const taken = await takeFromBuckets(db, takes)
  if (!taken.allowed) throw tooMany(ctx, taken.retryAfterSeconds)
  return async () => {
    for (const { bucket } of takes) await returnToBucket(db, bucket)
  }
}

function tooMany(ctx: KoaContextWithOIDC | undefined, retryAfterSeconds: number): Error {
  ctx?.set('Retry-After', String(retryAfterSeconds))
  const refusal = new errors.CustomOIDCProviderError('too_many_attempts', 'too many wrong codes')
  return Object.assign(refusal, { status: 429, statusCode: 429 })
}
