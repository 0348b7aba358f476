/** The pages of the administration, in each state that looks different. */
import { chartOf, PICTURE, stepLabel } from '../../src/admin/charts.ts'
import { codesOffered } from '../../src/admin/wording/codes.ts'
import { wordsOfFault, wordsOfRefusal } from '../../src/admin/wording/refusals.ts'
import { factsOf } from '../../src/admin/shown.ts'
import { SECTIONS } from '../../src/admin/sections/sections.ts'
import { word } from '../../src/admin/wording/words.ts'
import { ADMIN_SCOPES } from '../../src/accounts/roles/admin-scopes.ts'
import { STATISTICS } from '../../src/statistics/series.ts'
import { given } from '../../src/words/message.ts'
import { appPages } from './sample-app-pages.ts'
import { limitPages } from './sample-limit-pages.ts'
import type { SamplePage } from './sample-pages.ts'
import { nothingYet, peopleFilters } from './sample-people-filters.ts'

const atMs = Date.UTC(2026, 0, 15, 9, 30)
const sections = SECTIONS.map(({ name }) => ({ name, href: `/admin/${name}` }))
const common = { word, sections, openSection: 'accounts', nowMs: atMs, signOutHref: '/sign-out', secrets: [] }
const text = (name: string, value: string) => ({ name, kind: 'text', text: value })
const created = { name: 'created_at', kind: 'time', atMs }
const list = {
  ...common,
  name: 'accounts',
  searches: true,
  search: '',
  filters: [],
  downloads: [],
  isNarrowed: false,
  errors: {},
  more: undefined,
  firstHref: undefined,
  create: { id: 'createAccount' },
  createHref: '/admin/accounts/-/create',
}
const title = given('Sample Person')
const act = {
  ...common,
  name: 'accounts',
  title,
  subject: [],
  action: '/action',
  backHref: '/admin',
  values: {},
  errors: {},
  etag: '"x"',
}
const ABOUTS = { admin: 'admin-role-admin', support: 'admin-role-support' }
const email = 'a.person.with.a.very.long.address@a-rather-long-department.example.com'

const BARS = 96
const times = { fromMs: atMs - (BARS - 1) * 900_000, stepMs: 900_000 }
const wave = (name: string, most: number) => {
  const counts = Array.from({ length: BARS }, (_, bar) => Math.round(most * (1 + Math.sin(bar / 9))))
  return { name, counts, total: counts.reduce((sum, count) => sum + count, 0) }
}
const charts = {
  period: 'day',
  periods: ['hour', 'day', 'month'],
  picture: PICTURE,
  stepLabel,
  stepMs: times.stepMs,
  queues: ['mails_waiting', 'mails_given_up', 'messages_waiting', 'messages_given_up'].map((name) => ({
    name,
    count: 1200,
    href: '/admin/mails',
  })),
  charts: Object.entries(STATISTICS).map(([name, series], at) =>
    chartOf(name, at === 0 ? [] : series.map((one, index) => wave(one, 400 / (index + 1))), times),
  ),
}

export const adminPages: SamplePage[] = [
  ...appPages,
  ...limitPages,
  { page: 'admin/start', state: 'sections', locals: { ...common, openSection: '', charts: [] } },
  { page: 'admin/start', state: 'charts', locals: { ...common, openSection: '', ...charts } },
  {
    page: 'admin/list',
    state: 'two',
    locals: {
      ...list,
      filters: peopleFilters(''),
      more: '?cursor=1',
      firstHref: '?',
      rows: [
        {
          href: '/admin/accounts/1',
          title: text('email', email),
          facts: [text('name', 'Sample Person'), created],
          tags: ['disabled', 'unverified', 'deletion_planned'],
          acts: [],
        },
        {
          href: '/admin/accounts/2',
          title: text('email', 'ann@example.com'),
          facts: [created],
          tags: [],
          acts: [],
        },
      ],
    },
  },
  {
    page: 'admin/list',
    state: 'nothing-found',
    locals: { ...list, filters: peopleFilters('locked'), search: 'somebody', isNarrowed: true, rows: [] },
  },
  { page: 'admin/list', state: 'nothing-yet', locals: { ...list, ...nothingYet } },
  {
    page: 'admin/list',
    state: 'invitations',
    locals: {
      ...list,
      name: 'invitations',
      openSection: 'invitations',
      searches: false,
      create: { id: 'createInvitation' },
      notice: word('done', 'createInvitation'),
      secrets: [
        text('link', 'https://accounts.example.com/register?invitation=sample-of-a-link-that-is-long'),
      ],
      rows: [
        {
          title: text('email', 'ann@example.com'),
          facts: [text('state', 'usable'), created],
          tags: [],
          acts: [{ id: 'revokeInvitation', danger: true, href: '/admin/invitations/1/revoke' }],
        },
      ],
    },
  },
  {
    page: 'admin/list',
    state: 'filters',
    locals: {
      ...list,
      name: 'audit-entries',
      openSection: 'audit-entries',
      searches: false,
      create: undefined,
      createHref: undefined,
      filters: ['action', 'account_id', 'actor', 'client_id', 'kind', 'from', 'until'].map((name) => ({
        name,
        value: name === 'from' ? 'yesterday' : '',
        groups: name === 'action' ? codesOffered(name) : [],
      })),
      downloads: [{ format: 'csv', href: '/export' }],
      isNarrowed: true,
      errors: { from: wordsOfFault('Invalid ISO datetime') },
      rows: [
        {
          href: '/admin/audit-entries/1',
          title: factsOf({ action: 'sign_in.succeeded' }, ['action'])[0],
          facts: [{ name: 'at', kind: 'time', atMs }, text('actor', 'b1f4c2e0-5f0b-4c57-9a4e-0f8f0d1f4c11')],
          tags: [],
          acts: [],
        },
      ],
    },
  },
  {
    page: 'admin/one',
    state: 'account',
    locals: {
      ...common,
      name: 'accounts',
      title,
      listHref: '/admin/accounts',
      closed: false,
      notice: word('done', 'disableAccount'),
      facts: [
        text('email', email),
        { name: 'email_verified', kind: 'flag', on: true },
        { name: 'disabled', kind: 'flag', on: false },
        created,
      ],
      parts: [
        {
          id: 'getAccountRoles',
          facts: [{ name: 'roles', kind: 'list', items: ['admin'] }],
          rows: undefined,
        },
        { id: 'listAccountGroups', facts: [], rows: [] },
        {
          id: 'listAuditEntries',
          facts: [],
          allHref: '/admin/audit-entries?account_id=1',
          rows: [{ title: text('action', 'account.disabled'), facts: [], href: '/entries/2', acts: [] }],
        },
        {
          id: 'listAccountApps',
          facts: [],
          rows: [
            {
              title: text('name', 'Notes'),
              facts: [created],
              href: '/admin/clients/1',
              acts: [
                { id: 'previewClient', href: '/preview' },
                { id: 'revokeAccountApp', danger: true, href: '/revoke' },
              ],
            },
          ],
        },
        {
          id: 'listAccountUpstreams',
          facts: [],
          rows: [
            {
              title: text('upstream.label', 'Other Provider'),
              facts: [text('shown_as', 'ann@other.example')],
              acts: [{ id: 'disconnectAccountUpstream', danger: true, href: '/disconnect' }],
            },
          ],
        },
      ],
      pages: [],
      acts: [
        { id: 'updateAccount', href: '/update' },
        { id: 'unlockAccount', href: '/unlock' },
        { id: 'resetAccountFactors', danger: true, href: '/reset-factors' },
        { id: 'deleteAccount', danger: true, href: '/delete' },
      ],
    },
  },
  {
    page: 'admin/act',
    state: 'danger',
    locals: { ...act, act: { id: 'deleteAccount', danger: true }, fields: [] },
  },
  {
    page: 'admin/act',
    state: 'row',
    locals: {
      ...act,
      title: given('Editors'),
      name: 'groups',
      openSection: 'groups',
      act: { id: 'removeGroupMember', danger: true },
      subject: [text('email', email), text('name', 'Sample Person')],
      fields: [],
    },
  },
  {
    page: 'admin/act',
    state: 'wrong',
    locals: {
      ...act,
      act: { id: 'createInvitation' },
      title: undefined,
      etag: '',
      fields: [
        { name: 'email', kind: 'email', options: [], required: false },
        { name: 'mail', kind: 'tick', options: [], required: false },
        { name: 'role', kind: 'choice', options: ['admin'], required: false },
        { name: 'roles', kind: 'choices', options: ['admin', 'support'], abouts: ABOUTS, required: false },
        { name: 'group_ids', kind: 'lines', options: [], required: false },
        { name: 'days', kind: 'number', options: [], required: false },
      ],
      values: { email: 'no address', days: '7' },
      errors: {
        email: wordsOfRefusal('email_invalid', ''),
        '': 'admin-send-again',
      },
    },
  },
  {
    page: 'admin/act',
    state: 'role',
    locals: {
      ...act,
      act: { id: 'createRole' },
      title: undefined,
      name: 'roles',
      openSection: 'roles',
      fields: [
        { name: 'name', kind: 'text', options: [], required: true },
        { name: 'description', kind: 'text', options: [], required: false },
        { name: 'scopes', kind: 'choices', options: ADMIN_SCOPES, required: false, typed: true },
      ],
      values: { 'scopes.audit:read': 'on' },
    },
  },
  {
    page: 'admin/one',
    state: 'closed',
    locals: {
      ...common,
      name: 'accounts',
      title,
      listHref: '/admin/accounts',
      closed: true,
      facts: [text('email', email)],
      parts: [],
      pages: [],
      acts: [],
    },
  },
]
