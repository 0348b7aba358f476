/** Announces every session that ends in the grant store to apps, for any cause. */
import type { AdapterPayload } from 'oidc-provider'
import type { Ending } from '../../grant-store/endings.ts'
import type { Root } from '../../grant-store/grant-store.ts'
import { isSessionKey } from '../../grant-store/token-ids.ts'
import { announceLogouts } from './logout-notice.ts'
import type { Services } from '../../services.ts'
import type { LogoutNotice } from './logout-notice.ts'

export function announceEndings(services: Pick<Services, 'db' | 'clock' | 'outbox'>): Ending {
  return async (key, session) => {
    if (isSessionKey(key)) await announceLogouts(services, noticesOf(await session()))
  }
}

function noticesOf(session: Root | undefined): LogoutNotice[] {
  if (!session) return []
  const { accountId, authorizations = {} } = JSON.parse(session.payload) as AdapterPayload
  if (!accountId) return []
  return Object.entries(authorizations).flatMap(([clientId, { sid }]) =>
    sid ? [{ clientId, accountId, sid }] : [],
  )
}
