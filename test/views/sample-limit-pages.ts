/** The pages of limits, in each state that looks different. */
import { factsOf } from '../../src/admin/shown.ts'
import { limits as limitSection } from '../../src/admin/sections/limits.ts'
import { showRule } from '../../src/api/limits/shown-limit.ts'
import { LIMIT_KINDS } from '../../src/limits/limit-kinds.ts'
import { limitsInEffect } from '../../src/limits/limit-table.ts'
import { SECTIONS } from '../../src/admin/sections/sections.ts'
import { word } from '../../src/admin/wording/words.ts'
import { loadConfig } from '../../src/settings/config.ts'
import { aheadInWords, spanInWords } from '../../src/words/spans.ts'
import type { SamplePage } from './sample-pages.ts'

const atMs = Date.UTC(2026, 0, 15, 9, 30)
const email = 'a.person.with.a.very.long.address@a-rather-long-department.example.com'
const text = (name: string, value: string) => ({ name, kind: 'text', text: value })
const limits = {
  word,
  span: spanInWords,
  ahead: aheadInWords,
  sections: SECTIONS.map(({ name }) => ({ name, href: `/admin/${name}` })),
  nowMs: atMs,
  signOutHref: '/sign-out',
  secrets: [],
  searches: false,
  search: '',
  downloads: [],
  isNarrowed: false,
  errors: {},
  more: undefined,
  firstHref: undefined,
  name: 'limits',
  openSection: 'limits',
  filters: ['network', 'account_id', 'kind'].map((name) => ({
    name,
    value: '',
    groups: name === 'kind' ? [{ options: LIMIT_KINDS }] : [],
  })),
  below: {
    id: 'listLimitRules',
    facts: [],
    rows: limitsInEffect(loadConfig({}))
      .map(showRule)
      .map((rule) => {
        const [title, ...facts] = factsOf(rule, limitSection.list.below?.fields ?? [])
        return { title, facts, acts: [] }
      }),
  },
}
export const limitPages: SamplePage[] = [
  {
    page: 'admin/list',
    state: 'limits',
    locals: {
      ...limits,
      rows: [
        {
          href: '/admin/limits?network=203.0.113.0%2F24',
          title: text('kind', 'registrations'),
          facts: [
            text('state', 'refused'),
            text('network', '203.0.113.0/24'),
            text('count', '60'),
            text('limit', '60'),
            { name: 'until', kind: 'time', atMs: atMs + 2_760_000, ends: true },
          ],
          tags: [],
          acts: [{ id: 'clearLimit', href: '/clear' }],
        },
        {
          href: '/admin/accounts/1',
          title: text('kind', 'passwords'),
          facts: [
            text('state', 'refused'),
            text('network', '2001:db8:12:3456::/64'),
            text('account.email', email),
            text('count', '15'),
            text('limit', '15'),
            { name: 'until', kind: 'time', atMs: atMs + 90_000, ends: true },
          ],
          tags: [],
          acts: [{ id: 'clearLimit', href: '/clear' }],
        },
      ],
    },
  },
  {
    page: 'admin/list',
    state: 'unlimited',
    locals: { ...limits, notes: ['unlimited'], isNarrowed: true, rows: [] },
  },
]
