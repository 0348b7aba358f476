/**
 * The grant store, telling apps of every session that ends in it: whoever ends one (the person, the limit of sessions,
 * an operator, another account's sign-in), it ends here.
 */
import type { AdapterPayload } from 'oidc-provider'
import type { GrantStore, Root } from '../../grant-store/grant-store.ts'
import { isSessionKey } from '../../grant-store/token-ids.ts'
import { announceLogouts } from './logout-notice.ts'
import type { LogoutNotice, NoticeNeeds } from './logout-notice.ts'

export function announceEndings({ store, ...needs }: NoticeNeeds & { store: GrantStore }): GrantStore {
  return {
    ...store,
    async destroyRoot(key, tombstoneUntilMs) {
      if (!isSessionKey(key)) return store.destroyRoot(key, tombstoneUntilMs)
      // Before, so that a process that dies in between has told them; after, for an app signed in to meanwhile.
      await announceLogouts(needs, noticesOf(await store.readRoot(key)))
      const ended = await store.destroyRoot(key, tombstoneUntilMs)
      await announceLogouts(needs, noticesOf(ended))
      return ended
    },
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
