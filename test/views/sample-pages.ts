/** One state of one page: the template's file name without `.ejs`, and its own locals. */
import { qrCode } from '../../src/pages/security/qr-code.ts'

export type SamplePage = { page: string; state: string; locals: Record<string, unknown> }

const atMs = Date.UTC(2026, 0, 15, 9, 30)
const email = 'person@example.com'
const person = { name: 'Sample Person', email, emailVerified: true, username: 'sample', createdAtMs: atMs }
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
const signIn = {
  ...forms,
  client,
  registerHref: '/register',
  forgotHref: '/forgot',
  cancelAction: '/cancel',
}
const sessions = [
  { id: 's1', label: 'Firefox on Linux', ip: '192.0.2.17', lastSeenAtMs: atMs, current: true },
  {
    id: 's2',
    label: 'Safari on iPhone',
    ip: '2001:db8:85a3::8a2e:370:7334',
    lastSeenAtMs: atMs,
    current: false,
  },
]
const apps = [
  { clientId: 'c1', name: 'Sample App', scopes: ['Your name', 'Your e-mail address'], grantedAtMs: atMs },
  { clientId: 'c2', name: 'Ledger', scopes: ['Read your transfers'], grantedAtMs: atMs },
]
const consent = {
  ...forms,
  client,
  account: { name: 'Sample Person', email },
  scopes: [
    { name: 'profile', title: 'See your profile', description: 'Your name and username.' },
    { name: 'email', title: 'See your e-mail address' },
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
  userCode: 'BCDF-GHJK',
  client: { name: 'Living Room TV' },
  device: { ip: '192.0.2.17', userAgent: 'ExampleTV/4.1 (kitchen)' },
  elsewhere: false,
}
const accountPage = {
  ...forms,
  account: person,
  profileAction: '/account',
  resendAction: '/account/resend',
  verifyAction: '/account/verify',
  signOutHref: '/sign-out',
}
const secured = {
  ...accountPage,
  totp: { confirmedAtMs: atMs, lastUsedAtMs: atMs },
  codes: { left: 8, of: 10, madeAtMs: atMs },
  emailVerified: true,
  setUpAction: '/account/security/app',
  removeHref: '/account/security/app/remove',
  renewHref: '/account/security/codes/renew',
}
const asked = {
  ...accountPage,
  action: '/account/security/action',
  backHref: '/account/security',
  forgotHref: '/forgot',
}
const settingUp = {
  ...accountPage,
  confirmAction: '/account/security/app/confirm',
  cancelAction: '/account/security/app/cancel',
  qr: qrCode('otpauth://totp/Account%20Server:person%40example.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'),
  uri: 'otpauth://totp/Account%20Server:person%40example.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
  secret: 'JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP',
  issuer: 'Account Server',
}
const waiting = {
  action: '/account/requests',
  recent: true,
  signInAgainHref: '/sign-in?next=requests&again=yes',
  requests: [
    {
      id: 'r1',
      appName: 'Corner Bank',
      bindingMessage: 'Transfer 4-7-1',
      scopes: ['Know who you are'],
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
const mails = [
  { id: 'm2', to: email, subject: 'Choose a new password', atMs },
  { id: 'm1', to: email, subject: 'Activate your account', atMs },
]
const mailText =
  'Hello Sample Person,\n\nopen this link:\n\nhttp://localhost:8700/activate?token=abc123\n\nCode: 123456'

/** Every page in each state that looks different. */
export const samplePages: SamplePage[] = [
  sample('home', 'signed-out', { mailbox: true }),
  sample('home', 'signed-in', { account: person, showsDocs: true }),
  sample('sign-in', 'empty', signIn),
  sample('sign-in', 'plain', { ...signIn, client: undefined, cancelAction: undefined }),
  sample('sign-in', 'wrong', {
    ...signIn,
    values: { email },
    errors: { '': 'That e-mail and password do not go together.' },
  }),
  sample('sign-in', 'known', { ...signIn, values: { email }, switchAccountHref: '/switch' }),
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
    errors: { user_code: 'There is no such code. Check it on your device; it has eight letters.' },
  }),
  sample('device-confirm', 'elsewhere', { ...consent, ...device, ...asking, elsewhere: true }),
  sample('device-confirm', 'small', {
    ...consent,
    ...device,
    ...asking,
    device: { ip: '', userAgent: '' },
    account: undefined,
    resources: [],
    offline: false,
  }),
  sample('device-answered', 'connected', { allowed: true, clientName: 'Living Room TV' }),
  sample('device-answered', 'refused', { allowed: false }),
  sample('consent', 'notes', {
    ...consent,
    pin: 'a digest',
    notes: [
      'Since you allowed it, it has changed its name. It was called Reading List.',
      'This app is known only by its address: app.example.com',
      'It opens an app on this device by cursor:, which other apps may claim too. Go on only if you began this yourself.',
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
  sample('register', 'empty', { ...forms, signInHref: '/sign-in' }),
  sample('register', 'wrong', {
    ...forms,
    signInHref: '/sign-in',
    values: { name: 'Sample Person', email: 'person@' },
    errors: {
      email: 'This is not an e-mail address. It looks like name@example.com.',
      password: 'This password is on lists that attackers try first. Choose another.',
    },
  }),
  sample('register-sent', 'mailbox', { ...forms, email, resendAction: '/resend', mailbox: true }),
  sample('register-sent', 'again', {
    ...forms,
    email,
    resendAction: '/resend',
    mailbox: false,
    notice: 'Another mail is on its way.',
    continueHref: '/interaction/i/sign-in',
  }),
  sample('activate', 'password', { ...forms, newPasswordMode: false, switchModeHref: '/activate?new' }),
  sample('activate', 'new-password', {
    ...forms,
    newPasswordMode: true,
    switchModeHref: '/activate',
    errors: { code: 'This is not the code from the mail.' },
  }),
  sample('activate-confirm', 'button', forms),
  sample('activated', 'done', { continueHref: '/account' }),
  sample('link-expired', 'activation', { purpose: 'activation', resendHref: '/register' }),
  sample('link-expired', 'reset', { purpose: 'reset', resendHref: '/forgot' }),
  sample('forgot', 'empty', { ...forms, signInHref: '/sign-in' }),
  sample('forgot-sent', 'mailbox', { email, mailbox: true, forgotHref: '/forgot' }),
  sample('reset', 'same-browser', { ...forms, needsCode: false, email }),
  sample('reset', 'code', { ...forms, needsCode: true, errors: { password: 'Use at least 8 characters.' } }),
  sample('reset-done', 'done', { signInHref: '/sign-in' }),
  sample('account', 'verified', { ...accountPage, notice: 'Saved.' }),
  sample('account', 'unverified', {
    ...accountPage,
    account: { ...person, emailVerified: false },
    values: { name: '' },
    errors: { name: 'Enter a name.' },
  }),
  sample('account-password', 'wrong', {
    ...accountPage,
    errors: { currentPassword: 'This is not your current password.' },
  }),
  sample('account-sessions', 'two', {
    ...accountPage,
    sessions,
    endAction: '/account/sessions/end',
    endAllAction: '/account/sessions/end-all',
  }),
  sample('account-apps', 'two', { ...accountPage, apps, revokeAction: '/account/apps/revoke' }),
  sample('account-apps', 'none', { ...accountPage, apps: [], revokeAction: '/account/apps/revoke' }),
  sample('account-requests', 'two', {
    ...accountPage,
    ...waiting,
    notice: 'Refused. Corner Bank gets no access.',
  }),
  sample('account-requests', 'late', { ...accountPage, ...waiting, errors: { '': 'It has run out.' } }),
  sample('account-requests', 'old-sign-in', { ...accountPage, ...waiting, recent: false }),
  sample('account-requests', 'none', { ...accountPage, ...waiting, requests: [] }),
  sample('security', 'off', { ...secured, totp: undefined, codes: { left: 0, of: 10 } }),
  sample('security', 'unverified', {
    ...secured,
    totp: undefined,
    codes: { left: 0, of: 10 },
    emailVerified: false,
    notice: 'Confirm your e-mail address first, on the page Profile.',
  }),
  sample('security', 'on', { ...secured, notice: 'Two-step sign-in is on.' }),
  sample('security', 'few-codes', { ...secured, codes: { left: 1, of: 10, madeAtMs: atMs } }),
  sample('security', 'unsaved', { ...secured, unsavedHref: '/account/security/codes' }),
  sample('security-confirm', 'wrong', { ...asked, errors: { password: 'This is not your password.' } }),
  sample('security-app', 'empty', settingUp),
  sample('security-app', 'wrong', {
    ...settingUp,
    errors: { code: 'This is not the code that the app shows now. Is the clock of your device right?' },
  }),
  sample('security-codes', 'new', {
    ...accountPage,
    codes: Array.from({ length: 10 }, (_, index) => `37CF-9DKM-TXY${'34679CDFGH'[index]}`),
    madeAtMs: atMs,
    downloadHref: '/account/security/codes/file',
    savedAction: '/account/security/codes/saved',
  }),
  sample('security-renew', 'ask', asked),
  sample('security-remove', 'ask', asked),
  sample('verify-email', 'resent', {
    action: '/action',
    account: { email },
    client,
    mailbox: true,
    notice: 'A new mail is on its way.',
  }),
  sample('verify-email', 'wrong', {
    action: '/action',
    account: { email },
    client,
    mailbox: false,
    errors: { code: 'This is not the code from the mail.' },
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
  sample('overload', 'sign-in', {
    heading: 'Too many attempts',
    message: 'Signing in pauses here for a few minutes, after too many attempts. Please try again later.',
    backHref: '',
    backLabel: 'Try again',
  }),
  sample('error', 'unknown-client', {
    status: 400,
    heading: 'This app is not known here',
    message: 'The link that brought you here names an app that this service does not know.',
    help: 'Go back to the app and try again. If it keeps happening, tell the people who run the app.',
    errorId: '7f3c2a9b1d40',
    backHref: '/',
    backLabel: 'To the front page',
  }),
  sample('error', 'for-the-developer', {
    status: 400,
    heading: 'This app cannot be answered',
    message: 'The app that sent you here gave a return address that is not registered.',
    errorId: '4KQM-T7XW',
    details: [{ name: 'Got', values: ['http://localhost:3000/callback/'] }],
  }),
  sample('mailbox', 'two', { messages: mails }),
  sample('mailbox', 'empty', { messages: [] }),
  sample('mailbox-message', 'text', {
    message: { ...mails[1], text: mailText },
    htmlHref: '/mailbox/m1/html',
  }),
  sample('interaction-lost', 'client', {
    clientName: 'Sample App',
    continueHref: 'https://app.example.com/',
  }),
  sample('interaction-lost', 'unknown', {}),
]

function sample(page: string, state: string, locals: Record<string, unknown>): SamplePage {
  return { page, state, locals }
}
