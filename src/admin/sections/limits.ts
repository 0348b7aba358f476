/** Limits: who is limited now, and what the limits are. */
import type { Section } from './section.ts'

export const limits: Section = {
  name: 'limits',
  key: 'id',
  list: {
    id: 'listLimits',
    fields: ['kind', 'network', 'account.email', 'state', 'count', 'limit', 'until'],
    filters: ['network', 'account_id', 'kind'],
    row: { id: 'getLimit', names: 3 },
    links: [
      { section: 'accounts', field: 'account.id' },
      { section: 'limits', field: 'network', by: 'network' },
    ],
    notes: ['unlimited'],
    below: {
      id: 'listLimitRules',
      fields: [
        'kind',
        'limit',
        'challenge_from',
        'window_seconds',
        'pause_seconds',
        'effect',
        'clearable',
        'settings',
      ],
    },
  },
  acts: [{ verb: 'clear', id: 'clearLimit' }],
}
