/** Warns the owner of an account when a replaced refresh token is used again, because somebody may have copied it. */
import { warnOfReuse } from '../../accounts/reuse-warning.ts'
import type { ReuseWarningNeeds } from '../../accounts/reuse-warning.ts'
import { loggableError } from '../../platform/logging/loggable-error.ts'
import type { Logger } from '../../platform/logging/log.ts'
import { findClient } from '../../clients/clients.ts'
import type { Reuse } from '../records/unit-of-work.ts'

/**
 * A code that is used twice is only logged: a browser that repeats a page does that. The family is already revoked, and
 * the answer to the client does not depend on the mail.
 */
export function createReuseAlert(needs: ReuseWarningNeeds & { log: Logger }) {
  return async ({ model, accountId, clientId, grantId }: Reuse): Promise<void> => {
    needs.log.warn({ model, accountId, clientId }, 'oidc.reuse_detected')
    if (model !== 'RefreshToken' || accountId === undefined || grantId === undefined) return
    try {
      const client = await findClient(needs.db, clientId ?? '')
      await warnOfReuse(needs, { accountId, grantId, app: client?.metadata.client_name ?? '' })
    } catch (error) {
      needs.log.error({ accountId, clientId, err: loggableError(error) }, 'oidc.reuse_not_reported')
    }
  }
}
