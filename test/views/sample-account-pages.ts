/** The pages of one's own account, in each state that looks different. */
import { ZONES_BY_AREA } from '../../src/words/time-zone.ts'
import type { SamplePage } from './sample-pages.ts'
import { securitySamples } from './sample-security-pages.ts'

const atMs = Date.UTC(2026, 0, 15, 9, 30)
const nowMs = atMs + 3 * 60_000
const sessions = [
  {
    id: 's1',
    browser: { id: 'sessions-browser', args: { browser: 'Firefox', system: 'Linux' } },
    ip: '192.0.2.17',
    methods: ['sessions-method-pwd', 'sessions-method-otp'],
    apps: ['Sample App', 'Ledger'],
    firstSeenAtMs: atMs - 5 * 86_400_000,
    lastSeenAtMs: nowMs,
    current: true,
  },
  {
    id: 's2',
    browser: { id: 'sessions-browser', args: { browser: 'Safari', system: 'iPhone' } },
    ip: '2001:db8:85a3::8a2e:370:7334',
    methods: ['sessions-method-pwd'],
    apps: [],
    firstSeenAtMs: atMs - 7_200_000,
    lastSeenAtMs: atMs,
    current: false,
  },
]
const apps = [
  { clientId: 'c1', name: 'Sample App', scopes: ['scope-profile', 'scope-email'], grantedAtMs: atMs },
  { clientId: 'c2', name: 'Ledger', scopes: ['Read your transfers'], grantedAtMs: atMs, lastUsedAtMs: atMs },
]
const waiting = {
  action: '/account/requests',
  recent: true,
  signInAgainHref: '/sign-in?next=requests&again=yes',
  requests: [
    {
      id: 'r1',
      appName: 'Corner Bank',
      bindingMessage: 'Transfer 4-7-1',
      scopes: ['scope-openid'],
      askedAtMs: atMs,
      expiresAtMs: atMs,
    },
    {
      id: 'r2',
      appName: 'Ledger',
      bindingMessage: null,
      scopes: ['Read your transfers'],
      askedAtMs: atMs,
      expiresAtMs: atMs,
    },
  ],
}
type Shared = { forms: Record<string, unknown>; person: Record<string, unknown> }

export function accountSamples({ forms, person }: Shared): SamplePage[] {
  const shared = {
    ...forms,
    account: person,
    reader: { name: 'Sample Person', pictureHref: '/assets/favicon.svg' },
    zones: ZONES_BY_AREA,
    picture: { action: '/account/picture', removeAction: '/account/picture/remove', limitMib: 5 },
    profileAction: '/account',
    resendAction: '/account/resend',
    verifyAction: '/account/verify',
    signOutHref: '/sign-out',
  }
  const sample = (page: string, state: string, locals: Record<string, unknown>): SamplePage => ({
    page,
    state,
    locals: { ...shared, ...locals },
  })
  return [
    sample('account', 'verified', { notice: 'page-saved' }),
    sample('account', 'unverified', {
      account: { ...person, emailVerified: false },
      reader: { name: 'A person with a name that is longer than the line it is on' },
      values: { name: '' },
      errors: {
        name: 'passkey-name-missing',
        picture: 'account-picture-type',
        zoneinfo: 'account-zone-refused',
      },
    }),
    sample('account-password', 'none', {
      action: '/account/password',
      minLength: 8,
      account: { email: 'person@example.com' },
      forgotHref: '/forgot',
    }),
    sample('account-password', 'wrong', {
      errors: { currentPassword: 'password-current-wrong' },
    }),
    sample('account-sessions', 'two', {
      sessions,
      nowMs,
      historyHref: '/account/sessions/history',
      endOthersAction: '/account/sessions/end-others',
      endAction: '/account/sessions/end',
      endAllAction: '/account/sessions/end-all',
    }),
    sample('account-sessions', 'trusted', {
      sessions,
      nowMs,
      historyHref: '/account/sessions/history',
      endOthersAction: '/account/sessions/end-others',
      endAction: '/account/sessions/end',
      endAllAction: '/account/sessions/end-all',
      endTrustAction: '/account/sessions/trusted/end',
      endAllTrustAction: '/account/sessions/trusted/end-all',
      trusted: sessions.map(({ id, browser, current }) => ({
        id,
        browser,
        current,
        trustedAtMs: atMs,
        lastUsedAtMs: current ? nowMs : null,
        expiresAtMs: atMs + 30 * 86_400_000,
      })),
    }),
    sample('account-history', 'four', {
      nowMs,
      backHref: '/account/sessions',
      olderHref: '/account/sessions/history?before=7',
      entries: [
        {
          result: 'history-password',
          atMs,
          ip: '192.0.2.17',
          browser: 'Firefox on Linux',
          app: 'Ledger',
        },
        {
          result: 'history-wrong-password',
          failed: true,
          times: 12,
          atMs,
          ip: '2001:db8:85a3::8a2e:370:7334',
        },
        {
          result: 'history-wrong-code',
          failed: true,
          atMs,
          ip: '192.0.2.17',
          browser: 'Chrome on Android',
        },
        { result: 'history-confirmed', atMs, ip: '192.0.2.17', browser: 'Firefox on Linux' },
      ],
    }),
    sample('account-history', 'none', {
      nowMs,
      entries: [],
      backHref: '/account/sessions',
      newestHref: '/account/sessions/history',
    }),
    sample('account-apps', 'two', {
      apps: apps.map((app) => ({ ...app, logoHref: '/assets/favicon.svg' })),
      nowMs,
      revokeAction: '/account/apps/revoke',
    }),
    sample('account-apps', 'openable', {
      apps,
      nowMs,
      revokeAction: '/account/apps/revoke',
      openable: [
        { name: 'Calendar', href: 'https://calendar.example/go', lastUsedAtMs: atMs },
        { name: 'A ledger with a long name', href: 'https://ledger.example/', lastUsedAtMs: 0 },
      ],
    }),
    sample('home', 'apps', {
      account: { name: 'Ada', email: 'ada@example.com' },
      nowMs,
      openable: [{ name: 'A ledger with a long name', href: 'https://ledger.example/', lastUsedAtMs: atMs }],
    }),
    sample('account-apps', 'none', { apps: [], revokeAction: '/account/apps/revoke' }),
    sample('account-requests', 'two', {
      ...waiting,
      notice: { id: 'requests-done-deny', args: { app: 'Corner Bank' } },
    }),
    sample('account-requests', 'late', {
      ...waiting,
      errors: { '': { id: 'requests-was-expired', args: { app: 'Corner Bank' } } },
    }),
    sample('account-requests', 'old-sign-in', { ...waiting, recent: false }),
    sample('account-requests', 'none', { ...waiting, requests: [] }),
    ...securitySamples(sample),
  ]
}
