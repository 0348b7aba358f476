/** Every table that `export` and `import` move beside accounts. The trail, sessions and tokens stay where they are. */
import type { Feature } from '../feature.ts'
import { MOVED_CLIENTS } from '../moving/rows/moved-clients.ts'
import { MOVED_ENCRYPTION_KEYS, MOVED_SIGNING_KEYS } from '../keys/moved-keys.ts'
import { MOVED_GROUPS } from '../groups/moved-groups.ts'
import type { MovedTable } from '../platform/sql/moved-table.ts'
import { MOVED_ROLES } from '../accounts/roles/moved-roles.ts'
import { MOVED_DETAILS_TYPES, MOVED_RESOURCES } from '../resources/moved-resources.ts'

export type MovedTables = {
  before: readonly MovedTable[]
  /**
   * Rows of these tables may belong to accounts, so accounts come first. Webhooks come last, so that they get no events
   * about rows that only moved.
   */
  after: readonly MovedTable[]
}

export function movedTables(features: readonly Feature[]): MovedTables {
  return {
    before: [
      MOVED_SIGNING_KEYS,
      MOVED_ENCRYPTION_KEYS,
      // Apps name groups, and resource servers name apps.
      MOVED_GROUPS,
      MOVED_CLIENTS,
      MOVED_RESOURCES,
      MOVED_DETAILS_TYPES,
      MOVED_ROLES,
    ],
    after: features.flatMap(({ moves = [] }) => moves),
  }
}
