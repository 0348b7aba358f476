import { sampleUpstreamPages } from './sample-upstream-pages.ts'
import { sampleCheckPages } from './sample-check-pages.ts'
import { sampleCodePages } from './sample-code-pages.ts'

/** One state of one page: the template's file name without `.ejs`, and its own locals. */
import { adminPages } from './sample-admin-pages.ts'
import { lifePages } from './sample-life-pages.ts'
import { errorPages, mailboxPages } from './sample-mailbox-pages.ts'
import { accountSamples } from './sample-account-pages.ts'

export type SamplePage = { page: string; state: string; locals: Record<string, unknown> }

const atMs = Date.UTC(2026, 0, 15, 9, 30)
const email = 'person@example.com'
const person = {
  name: 'Sample Person',
  email,
  groups: ['staff', 'Night shift'],
  emailVerified: true,
  username: 'sample',
  createdAtMs: atMs,
}
const client = {
  name: 'Sample App',
  clientUri: 'https://app.example.com/',
  policyUri: 'https://app.example.com/privacy',
  tosUri: 'https://app.example.com/terms',
}
const forms = {
  action: '/action',
  values: {},
  errors: {},
  minLength: 8,
  token: 'sample-token',
  notice: undefined,
}
const waits = {
  email,
  signInHref: '/sign-in',
  codeAction: '/code',
  resendAction: '/resend',
  addressHref: '/address',
  checkHref: '/register/sent?for=sample',
  confirmedHref: '/register/confirmed?for=sample',
  refresh: { seconds: 20, href: '/register/sent?for=sample&refreshed=1' },
}
const terms = {
  version: '2026-11',
  href: 'https://example.com/terms',
  privacyHref: 'https://example.com/privacy',
}
const signIn = {
  ...forms,
  client,
  registerHref: '/register',
  forgotHref: '/forgot',
  cancelAction: '/cancel',
}
const consent = {
  ...forms,
  registrar: { id: 'scope-registered', args: { server: 'Account Server' } },
  client,
  account: { name: 'Sample Person', email },
  scopes: [
    { name: 'profile', title: 'scope-profile', description: 'scope-profile-about' },
    { name: 'email', title: 'scope-email' },
  ],
  resources: [
    {
      identifier: 'https://ledger.example.com/',
      name: 'Ledger',
      scopes: [{ name: 'transfers:read', title: 'Read your transfers' }],
    },
  ],
  offline: true,
  switchAccountHref: '/switch',
}
const device = { ...forms, action: '/device', xsrf: 'sample-xsrf' }
const asking = {
  ...consent,
  client: { name: 'Living Room TV' },
  device: { userCode: 'BCDF-GHJK', ip: '192.0.2.17', userAgent: 'ExampleTV/4.1 (kitchen)', elsewhere: false },
}
/** Every page in each state that looks different. */
export const samplePages: SamplePage[] = [
  sample('home', 'signed-out', { mailbox: true, registerHref: '/register' }),
  sample('home', 'signed-in', { account: person, showsDocs: true, administers: true }),
  sample('sign-in', 'empty', signIn),
  sample('sign-in', 'plain', { ...signIn, client: undefined, cancelAction: undefined }),
  sample('sign-in', 'wrong', {
    ...signIn,
    values: { email },
    errors: { '': 'sign-in-refused' },
  }),
  sample('sign-in', 'known', { ...signIn, values: { email }, switchAccountHref: '/switch' }),
  ...sampleCheckPages,
  ...sampleCodePages,
  ...sampleUpstreamPages,
  ...lifePages,
  ...adminPages,
  sample('language', 'plain', {}),
  sample('consent', 'full', consent),
  sample('consent', 'small', {
    ...consent,
    client: { name: 'Sample App' },
    resources: [],
    offline: false,
    switchAccountHref: undefined,
  }),
  sample('device', 'empty', device),
  sample('device', 'wrong', {
    ...device,
    values: { user_code: 'BCDF-GHJK' },
    errors: { user_code: 'device-unknown' },
  }),
  sample('consent', 'device', { ...asking, device: { ...asking.device, elsewhere: true } }),
  sample('consent', 'device-small', {
    ...asking,
    device: { userCode: 'BCDF-GHJK', ip: '', userAgent: '', elsewhere: false },
    resources: [],
    offline: false,
  }),
  sample('device-answered', 'connected', { allowed: true, clientName: 'Living Room TV' }),
  sample('device-answered', 'refused', { allowed: false }),
  sample('consent', 'notes', {
    ...consent,
    pin: 'a digest',
    notes: [
      { id: 'scope-note-renamed', args: { name: 'Reading List' } },
      { id: 'scope-note-document', args: { host: 'app.example.com' } },
      { id: 'scope-note-scheme', args: { scheme: 'cursor:' } },
    ],
  }),
  sample('consent', 'details', {
    ...consent,
    scopes: [],
    offline: false,
    details: [
      {
        title: 'Pay once from your account',
        resource: 'Ledger',
        rows: [
          { label: 'Amount', value: '12.50 EUR' },
          { label: 'To: Name', value: 'Sample Shop' },
        ],
      },
    ],
  }),
  sample('send-form', 'answer', { ...forms, fields: [{ name: 'code', value: 'sample-code' }] }),
  sample('select-account', 'two', {
    ...forms,
    client,
    accounts: [
      { id: 'a1', name: 'Sample Person', email, current: true },
      { id: 'a2', name: '', email: 'other@example.com', current: false },
    ],
    otherHref: '/other',
    cancelAction: '/cancel',
  }),
  sample('register', 'terms', { ...forms, signInHref: '/sign-in', terms }),
  sample('terms', 'new', { ...forms, terms, account: { email }, isNewVersion: true, client }),
  sample('no-access', '', {
    ...forms,
    client,
    account: { email },
    switchAccountHref: '/switch',
    cancelAction: '/cancel',
    reloadHref: '/again',
  }),
  sample('terms', 'own', {
    ...forms,
    terms: { ...terms, privacyHref: undefined },
    account: { email },
    isNewVersion: false,
    dataHref: '/account/data',
    deleteHref: '/account/delete',
    notice: 'terms-changed',
  }),
  sample('register', 'empty', { ...forms, signInHref: '/sign-in' }),
  sample('register', 'passkey', {
    ...forms,
    signInHref: '/sign-in',
    passkey: { kind: 'create', options: '{"rp":{"id":"localhost"}}', state: 's', label: 'passkey-sign-up' },
    passkeySignals: ['[]', undefined],
  }),
  sample('register', 'wrong', {
    ...forms,
    signInHref: '/sign-in',
    values: { name: 'Sample Person', email: 'person@' },
    errors: {
      email: 'problem-email-malformed',
      password: 'problem-password-common',
    },
  }),
  sample('register-sent', 'mailbox', { ...forms, ...waits, mailbox: true }),
  sample('register-sent', 'again', {
    ...forms,
    ...waits,
    mailbox: false,
    notice: 'page-sent-again',
    mailsAreLate: true,
    client,
  }),
  sample('register-sent', 'wrong', {
    ...forms,
    ...waits,
    mailbox: false,
    errors: { code: 'register-sent-code-wrong' },
  }),
  sample('register-sent', 'address', {
    ...forms,
    email,
    resendAction: '/resend',
    signInHref: '/sign-in',
    mailbox: false,
  }),
  sample('register-address', 'wrong', {
    ...forms,
    values: { email: 'person@' },
    errors: { email: 'problem-email-malformed' },
    backHref: '/back',
  }),
  sample('activate', 'password', { ...forms, newPasswordMode: false, switchModeHref: '/activate?new' }),
  sample('activate', 'app', { ...forms, client, newPasswordMode: false, switchModeHref: '/activate?new' }),
  sample('activate', 'passkey', {
    ...forms,
    newPasswordMode: false,
    hasPasskey: true,
    switchModeHref: '/activate?new',
    passkey: { kind: 'get', options: '{"rpId":"localhost"}', label: 'activation-passkey-button' },
  }),
  sample('activate', 'new-password', {
    ...forms,
    newPasswordMode: true,
    switchModeHref: '/activate',
    errors: { code: 'page-mail-code-wrong' },
  }),
  sample('activate-confirm', 'button', forms),
  sample('activated', 'done', { continueHref: '/account' }),
  sample('activated', 'waits', { continueHref: '/sign-in', client, elsewhere: 'waits' }),
  sample('activated', 'sign-in', { continueHref: '/sign-in', client, elsewhere: 'sign-in' }),
  sample('link-expired', 'activation', {
    ...forms,
    purpose: 'activation',
    action: '/resend',
    signInHref: '/sign-in',
  }),
  sample('link-expired', 'reset', { purpose: 'reset', resendHref: '/forgot' }),
  sample('link-expired', 'disown', { purpose: 'disown', resendHref: '/forgot' }),
  sample('disown', 'button', forms),
  sample('disowned', 'mailbox', { mailbox: true, forgotHref: '/forgot' }),
  sample('forgot', 'empty', { ...forms, signInHref: '/sign-in' }),
  sample('forgot', 'first', { ...forms, isFirst: true, values: { email } }),
  sample('forgot-sent', 'mailbox', { email, mailbox: true, forgotHref: '/forgot' }),
  sample('forgot-sent', 'late', { email, mailbox: false, forgotHref: '/forgot', mailsAreLate: true }),
  sample('reset', 'same-browser', { ...forms, needsCode: false, email }),
  sample('reset', 'code', {
    ...forms,
    needsCode: true,
    errors: { password: { id: 'problem-password-too-short', args: { min: 8 } } },
  }),
  sample('reset-done', 'done', { signInHref: '/sign-in' }),
  ...accountSamples({ forms, person }),
  sample('verify-email', 'resent', {
    action: '/action',
    account: { email },
    client,
    mailbox: true,
    notice: 'page-sent-again',
  }),
  sample('verify-email', 'wrong', {
    action: '/action',
    account: { email },
    client,
    mailbox: false,
    errors: { code: 'page-mail-code-wrong' },
  }),
  sample('sign-out', 'client', { action: '/oauth/logout/confirm', xsrf: 'sample-xsrf', client }),
  sample('sign-out', 'own', { action: '/sign-out' }),
  sample('signed-out', 'client', { client: { name: 'Sample App', uri: 'https://app.example.com/' } }),
  sample('signed-out', 'own', {}),
  sample('signed-out', 'one-app', { client: { name: 'Sample App' }, stays: true }),
  sample('signed-out', 'telling', {
    client: { name: 'Sample App' },
    continueHref: 'https://app.example.com/bye',
  }),
  ...errorPages,
  ...mailboxPages,
]

function sample(page: string, state: string, locals: Record<string, unknown>): SamplePage {
  return { page, state, locals }
}
