/**
 * The grant store, revoking the JWT access tokens of every grant that ends in it: they are valid without being stored, so
 * they end in their status list.
 */
import type { Db } from '../../platform/database.ts'
import type { GrantStore } from '../../grant-store/grant-store.ts'
import { isSessionKey, tagOfKey } from '../../grant-store/token-ids.ts'
import { revokeEntries } from '../../grant-store/status-entries.ts'

export function revokeStatuses({ db, store }: { db: Db; store: GrantStore }): GrantStore {
  return {
    ...store,
    async destroyRoot(key, tombstoneUntilMs) {
      if (isSessionKey(key)) return store.destroyRoot(key, tombstoneUntilMs)
      const grantTag = tagOfKey(key)
      // Before, so that a process that dies in between has revoked them; after, for a token issued meanwhile: whoever
      // issues one looks for the grant after recording its place.
      await revokeEntries(db, { grantTag })
      const destroyed = await store.destroyRoot(key, tombstoneUntilMs)
      await revokeEntries(db, { grantTag })
      return destroyed
    },
  }
}
