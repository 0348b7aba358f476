/** The audit trail: who did what, to which account, from where and with which app. */
import { SHOWN_FIELDS } from '../../audit/entries.ts'
import type { Section } from './section.ts'

export const audit: Section = {
  name: 'audit-entries',
  key: 'id',
  list: {
    id: 'listAuditEntries',
    fields: ['action', 'at', 'actor', 'account_id', 'ip', 'client_id', 'times'],
    downloads: ['ndjson', 'csv'],
    filters: ['action', 'account_id', 'actor', 'client_id', 'kind', 'from', 'until'],
  },
  one: {
    id: 'getAuditEntry',
    titled: ['action'],
    fields: SHOWN_FIELDS.filter((name) => name !== 'id'),
  },
  acts: [],
}
