/** Warns the owner of an account when a replaced refresh token is used again, because somebody may have copied it. */
import { warnOfReuse } from '../../accounts/reuse-warning.ts'
import { loggableError } from '../../platform/logging/loggable-error.ts'
import { findClient } from '../../clients/clients.ts'
import type { Services } from '../../services.ts'
import type { Reuse } from '../records/unit-of-work.ts'

/**
 * A code that is used twice is only logged: a browser that repeats a page does that. The family is already revoked, and
 * the answer to the client does not depend on the mail.
 */
export function createReuseAlert(services: Pick<Services, 'config' | 'db' | 'clock' | 'outbox' | 'log'>) {
  return async ({ model, accountId, clientId, grantId }: Reuse): Promise<void> => {
    services.log.warn({ model, accountId, clientId }, 'oidc.reuse_detected')
    if (model !== 'RefreshToken' || accountId === undefined || grantId === undefined) return
    try {
      const client = await findClient(services.db, clientId ?? '')
      await warnOfReuse(services, { accountId, grantId, app: client?.metadata.client_name ?? '' })
    } catch (error) {
      services.log.error({ accountId, clientId, err: loggableError(error) }, 'oidc.reuse_not_reported')
    }
  }
}
