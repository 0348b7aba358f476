/**
 * Notifies a client that a person has answered (CIBA §10.2, ping mode). The outbox records the message, and the worker
 * delivers it to the client's notification endpoint. It retries until the client accepts or the request expires.
 */
import type Provider from 'oidc-provider'
import { z } from 'zod'
import { DeliveryFailure } from '../../outbox/sink.ts'
import type { Sink } from '../../outbox/sink.ts'
import type { Clock } from '../../platform/clock.ts'
import { RefusedAddress } from '../../platform/network/guarded-fetch.ts'
import type { GuardedFetch } from '../../platform/network/guarded-fetch.ts'
import { replaceMember } from '../../provider/library/members.ts'
import { forgetPace } from '../../provider/records/polling.ts'
import { locate } from '../../grant-store/token-ids.ts'
import type { Services } from '../../services.ts'
import { findNotification } from './backchannel-requests.ts'

export const PING_TOPIC = 'ciba-ping'

const pingSchema = z.object({
  clientId: z.string(),
  endpoint: z.string(),
  token: z.string(),
  requestId: z.string(),
  expiresAtMs: z.int(),
})

type Ping = z.infer<typeof pingSchema>
// Left out of the library's published types.
type LibraryClient = {
  clientId: string
  backchannelClientNotificationEndpoint?: string
}

/** Replaces the library's single attempt within the person's own request. Call it once per provider instance. */
export function installPing(
  provider: Provider,
  { db, store, sealer, outbox }: Pick<Services, 'db' | 'store' | 'sealer' | 'outbox'>,
): void {
  const ping = async function (this: LibraryClient, { jti: requestId }: { jti: string }) {
    const notification = await findNotification(db, sealer, requestId)
    const endpoint = this.backchannelClientNotificationEndpoint
    const place = locate('BackchannelAuthenticationRequest', requestId)
    if (!notification || !endpoint || !place) return
    await forgetPace({ store }, place)
    const payload: Ping = { clientId: this.clientId, endpoint, requestId, ...notification }
    await outbox.record(db, { topic: PING_TOPIC, key: this.clientId, payload })
  }
  replaceMember(provider, 'Client#backchannelPing', () => ping)
}

/** The outbox sink of topic `ciba-ping`. */
export function createPingSink({ fetch, clock }: { fetch: GuardedFetch; clock: Clock }): Sink {
  return {
    async deliver({ payload }) {
      const parsed = pingSchema.safeParse(payload)
      if (!parsed.success) throw new DeliveryFailure('ping_invalid', { permanent: true, cause: parsed.error })
      const { endpoint, token, requestId, expiresAtMs } = parsed.data
      if (expiresAtMs <= clock()) throw new DeliveryFailure('request_expired', { permanent: true })
      const { status } = await post(fetch, endpoint, token, requestId)
      // CIBA §10.2: 204, or 200. A redirect is never followed.
      if (status === 204 || status === 200) return
      throw new DeliveryFailure(`answered_${status}`, { permanent: isFinal(status) })
    },
  }
}

async function post(fetch: GuardedFetch, endpoint: string, token: string, requestId: string) {
  try {
    return await fetch(endpoint, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ auth_req_id: requestId }),
      statusOnly: true,
    })
  } catch (error) {
    if (error instanceof RefusedAddress)
      throw new DeliveryFailure('address_refused', { permanent: true, cause: error })
    throw error
  }
}

/** The client would give the same answer to a retry. */
function isFinal(status: number): boolean {
  return status >= 300 && status < 500 && status !== 408 && status !== 429
}
