/** What the list of people is narrowed by, for its samples. */
import { ACCOUNT_STATES } from '../../src/accounts/search/account-states.ts'

export function peopleFilters(state: string) {
  return [
    { name: 'state', value: state, groups: [{ options: [...ACCOUNT_STATES] }] },
    {
      name: 'group',
      value: '',
      groups: [{ options: ['Finance', 'Team of a department with a rather long name'] }],
    },
    { name: 'role', value: '', groups: [{ options: ['admin', 'support'] }] },
  ]
}

/** Where a page ended early. */
export const nothingYet = {
  filters: peopleFilters('disabled'),
  isNarrowed: true,
  rows: [],
  more: '?cursor=1',
}
