/**
 * Device codes as this server wants them (RFC 8628), over the library's model: the polling interval is kept, guesses at
 * user codes are counted, and a code that was entered and left alone can be entered again.
 */
import { errors, Provider } from 'oidc-provider'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { returnToBucket, takeFromBucket } from '../../accounts/bucket.ts'
import type { BucketRule } from '../../accounts/bucket.ts'
import { networkOf } from '../../accounts/network.ts'
import { requestState } from '../../http/request-state.ts'
import { MINUTE_MS } from '../../platform/clock.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Db } from '../../platform/database.ts'
import { keyedDigest } from '../../platform/tokens.ts'
import { installPace, POLL_INTERVAL_SECONDS } from '../polling.ts'
import type { GrantStore } from '../store/grant-store.ts'
import { fillInUserCode } from './device-flow.ts'

export type DeviceCodeNeeds = {
  db: Db
  clock: Clock
  store: GrantStore
  /** Hides in the counters whom they count. */
  key: Buffer
}

/** Wrong user codes (RFC 8628 §5.1): with 20^8 possible ones, these limits leave guessing no chance. */
const PER_SESSION: BucketRule = { limit: 10, windowMs: 10 * MINUTE_MS }
const PER_NETWORK: BucketRule = { limit: 40, windowMs: 10 * MINUTE_MS }

/** Failures that say nothing about the person's answer: the code stays good. */
const PASSING = new Set(['server_error', 'temporarily_unavailable', 'invalid_request'])

type DeviceCode = {
  error?: string | undefined
  errorDescription?: string | undefined
  inFlight?: boolean | undefined
  save: () => Promise<string>
}
// The library's own members, some of them left out of its published types.
type DeviceCodeModel = {
  prototype: DeviceCode
  findByUserCode: (userCode: string, options?: object) => Promise<DeviceCode | undefined>
}

/** Call once per provider instance. */
export function installDeviceCodes(provider: Provider, needs: DeviceCodeNeeds): void {
  const model = provider.DeviceCode as unknown as DeviceCodeModel
  const { findByUserCode } = model
  const { save } = model.prototype
  installPace(provider, 'DeviceCode', needs)
  model.findByUserCode = async function (userCode, options) {
    const giveBack = await countGuess(needs, Provider.ctx)
    const code = await findByUserCode.call(this, userCode, options)
    if (!code) return undefined
    await giveBack()
    // Set by the library when it was confirmed; whoever closed the page then may enter it once more.
    code.inFlight = undefined
    return code
  }
  model.prototype.save = function () {
    if (PASSING.has(this.error ?? '')) {
      this.error = undefined
      this.errorDescription = undefined
    }
    return save.call(this)
  }
  provider.use(fillInUserCode)
  provider.on('device_authorization.success', (_ctx: unknown, body: Record<string, unknown>) => {
    body['interval'] = POLL_INTERVAL_SECONDS
  })
}

/** Counts an attempt before it is evaluated; the answer gives it back, for one that was right. */
async function countGuess(needs: DeviceCodeNeeds, ctx: KoaContextWithOIDC | undefined) {
  const { db, key } = needs
  const bucketOf = (...of: string[]) => keyedDigest(key, JSON.stringify(['user-code', ...of]))
  const session = bucketOf('session', ctx?.oidc.session?.uid ?? '')
  const network = bucketOf('network', networkOf((ctx && requestState(ctx).clientIp) ?? ''))
  await take(needs, ctx, session, PER_SESSION)
  await take(needs, ctx, network, PER_NETWORK)
  return async () => {
    await returnToBucket(db, session)
    await returnToBucket(db, network)
  }
}

async function take(
  { db, clock }: DeviceCodeNeeds,
  ctx: KoaContextWithOIDC | undefined,
  bucket: string,
  rule: BucketRule,
): Promise<void> {
  const taken = await takeFromBucket(db, { ...rule, bucket, nowMs: clock() })
  if (taken.allowed) return
  ctx?.set('Retry-After', String(taken.retryAfterSeconds))
  const refusal = new errors.CustomOIDCProviderError('too_many_attempts', 'too many wrong codes')
  throw Object.assign(refusal, { status: 429, statusCode: 429 })
}
