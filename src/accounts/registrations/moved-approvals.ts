/** Registrations that wait, as `export` and `import` move them. Without its row an account would need no approval there. */
import type { MovedTable } from '../../platform/sql/moved-table.ts'

export const MOVED_APPROVALS: MovedTable = {
  type: 'registration_approval',
  plural: 'waiting registrations',
  table: 'registration_approvals',
  key: 'accountId',
  fields: {
    accountId: { kind: 'text', max: 36 },
    requestedAtMs: { kind: 'moment' },
  },
}
