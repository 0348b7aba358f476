/** The pages of one's security, in each state that looks different. */
import { qrCode } from '../../src/pages/security/qr-code.ts'
import type { SamplePage } from './sample-pages.ts'

const atMs = Date.UTC(2026, 0, 15, 9, 30)
const secured = {
  password: 'yes',
  passkeys: [],
  newPasskeyHref: '/account/security/passkeys/new',
  totp: { confirmedAtMs: atMs, lastUsedAtMs: atMs },
  codes: { left: 8, of: 10, madeAtMs: atMs },
  emailVerified: true,
  setUpAction: '/account/security/app',
  removeHref: '/account/security/app/remove',
  renewHref: '/account/security/codes/renew',
}
const options = JSON.stringify({ rpId: 'localhost', challenge: 'AAAA', allowCredentials: [] })
const newPasskey = {
  password: 'yes',
  passkey: {
    kind: 'create',
    action: '/account/security/passkeys/new',
    options,
    state: 's',
    label: 'passkey-new-button',
  },
  backHref: '/account/security',
}
const passkeys = [
  {
    href: '/account/security/passkeys/p1',
    name: 'Apple Passwords',
    synced: true,
    createdAtMs: atMs,
    lastUsedAtMs: atMs,
  },
  { href: '/account/security/passkeys/p2', name: 'Key ring', synced: false, createdAtMs: atMs },
]
const confirming = {
  passkey: { kind: 'get', action: '/account/security/confirm', options, label: 'passkey-use' },
  hasPassword: false,
}
const asked = {
  action: '/account/security/action',
  backHref: '/account/security',
  forgotHref: '/forgot',
  hasPassword: true,
  password: 'yes',
}
const settingUp = {
  password: 'yes',
  confirmAction: '/account/security/app/confirm',
  cancelAction: '/account/security/app/cancel',
  qr: qrCode('otpauth://totp/Account%20Server:person%40example.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'),
  uri: 'otpauth://totp/Account%20Server:person%40example.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
  secret: 'JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP',
  issuer: 'Account Server',
}

const forAnApp = {
  signOutHref: undefined,
  laterAction: '/interaction/i1/set-up/later',
  client: { name: 'Sample App', clientUri: 'https://app.example' },
}

type MakeSample = (page: string, state: string, locals: Record<string, unknown>) => SamplePage

export function securitySamples(sample: MakeSample): SamplePage[] {
  return [
    sample('security', 'off', { ...secured, totp: undefined, codes: { left: 0, of: 10 } }),
    sample('security', 'off-without-password', {
      ...secured,
      password: 'none',
      totp: undefined,
      codes: { left: 0, of: 10 },
    }),
    sample('security', 'unverified', {
      ...secured,
      totp: undefined,
      codes: { left: 0, of: 10 },
      emailVerified: false,
      notice: 'security-notice-unconfirmed',
    }),
    sample('security', 'on', { ...secured, notice: 'security-notice-on' }),
    sample('security', 'on-without-password', { ...secured, password: 'none' }),
    sample('security', 'few-codes', { ...secured, codes: { left: 1, of: 10, madeAtMs: atMs } }),
    sample('security', 'unsaved', { ...secured, unsavedHref: '/account/security/codes' }),
    sample('security-password', 'empty', {
      ...asked,
      account: { email: 'person@example.com' },
      minLength: 8,
    }),
    sample('account-password', 'passkey', {
      ...asked,
      account: { email: 'person@example.com' },
      addHref: '/account/security/password',
      minLength: 8,
    }),
    sample('security', 'passkeys', { ...secured, passkeys, passkeySignals: ['[]', undefined] }),
    sample('security', 'passkeys-alone', {
      ...secured,
      passkeys,
      totp: undefined,
      password: 'none',
      addPasswordHref: '/account/security/password',
    }),
    sample('security-passkey-new', 'ask', newPasskey),
    sample('security-passkey-new', 'for-an-app', { ...newPasskey, ...forAnApp }),
    sample('security-passkey-new', 'refused', {
      ...newPasskey,
      errors: { '': 'passkey-not-added' },
    }),
    sample('security-passkey', 'rename', {
      action: '/account/security/passkeys/p1',
      backHref: '/account/security',
      values: { name: 'Key ring' },
    }),
    sample('security-passkey-remove', 'ask', { ...asked, name: 'Key ring' }),
    sample('security-remove', 'passkeys-stay', { ...asked, keepsPasskeys: true }),
    sample('security-confirm', 'passkey', { ...asked, ...confirming }),
    sample('security-confirm', 'for-an-app', { ...asked, ...forAnApp }),
    sample('security-confirm', 'wrong', { ...asked, errors: { password: 'security-proof-wrong' } }),
    sample('security-app', 'empty', settingUp),
    sample('security-app', 'for-an-app', { ...settingUp, ...forAnApp }),
    sample('security-app', 'for-a-device', { ...settingUp, ...forAnApp, client: undefined }),
    sample('security-app', 'long-name', { ...settingUp, qr: undefined }),
    sample('security-app', 'wrong', {
      ...settingUp,
      errors: { code: 'security-app-code-wrong' },
    }),
    sample('security-app', 'without-password', { ...settingUp, ...forAnApp, password: 'none' }),
    sample('security-codes', 'new', {
      password: 'none',
      codes: Array.from({ length: 10 }, (_, index) => `37CF-9DKM-TXY${'34679CDFGH'[index]}`),
      madeAtMs: atMs,
      downloadHref: '/account/security/codes/file',
      savedAction: '/account/security/codes/saved',
    }),
    sample('security-renew', 'ask', asked),
    sample('security-remove', 'ask', asked),
    sample('security-remove', 'without-password', { ...asked, password: 'none' }),
  ]
}
