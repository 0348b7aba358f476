/**
 * Revokes the JWT access tokens of every grant that ends in the grant store. They are valid without being stored, so
 * only their status list can end them.
 */
import type { Db } from '../../platform/sql/database.ts'
import type { Ending } from '../../grant-store/endings.ts'
import { isSessionKey, tagOfKey } from '../../grant-store/token-ids.ts'
import { revokeEntries } from '../../grant-store/status-entries.ts'

export function revokeStatuses(db: Db): Ending {
  return async (key) => {
    if (!isSessionKey(key)) await revokeEntries(db, { grantTag: tagOfKey(key) })
  }
}
