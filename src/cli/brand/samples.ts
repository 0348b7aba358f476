/** The pages and mails of `brand preview`, with a made-up person. */
import type { MailRequest } from '../../outbox/mail-request.ts'
import { HOUR_MS } from '../../platform/clock.ts'

type PageSample = {
  view: string
  title: string
  wide?: true
  tall?: true
  /** On no way to an app: it has the look of the server alone. */
  own?: true
  locals: Record<string, unknown>
}

const atMs = Date.UTC(2026, 0, 15, 9, 30)
const email = 'person@example.com'
const name = 'Sample Person'
const client = { name: 'Sample App', clientUri: 'https://app.example.com/' }
const forms = { action: '/', values: {}, errors: {}, minLength: 8 }

export const PAGE_SAMPLES: readonly PageSample[] = [
  { view: 'home', title: 'Front page', own: true, locals: { mailbox: false, registerHref: '/register' } },
  {
    view: 'sign-in',
    title: 'Sign in to an app',
    locals: { ...forms, title: 'sign-in-title', client, registerHref: '/register', forgotHref: '/forgot' },
  },
  {
    view: 'sign-in',
    title: 'Sign in, with a mistake',
    locals: {
      ...forms,
      title: 'sign-in-title',
      values: { email },
      errors: { password: 'sign-in-password-missing' },
      forgotHref: '/forgot',
    },
  },
  {
    view: 'consent',
    title: 'Allow an app',
    tall: true,
    locals: {
      ...forms,
      client,
      account: { name, email },
      registrar: { id: 'scope-registered', args: { server: 'this server' } },
      scopes: [
        { name: 'profile', title: 'scope-profile', description: 'scope-profile-about' },
        { name: 'email', title: 'scope-email' },
      ],
      switchAccountHref: '/',
    },
  },
  { view: 'register', title: 'Create an account', tall: true, locals: { ...forms, signInHref: '/sign-in' } },
  {
    view: 'account-password',
    title: 'Account',
    wide: true,
    own: true,
    locals: {
      ...forms,
      title: 'password-title',
      email,
      account: { email },
      signOutHref: '/',
    },
  },
]

const expiresAtMs = atMs + HOUR_MS
const link = 'https://accounts.example.com/activate?token=sample'

export const MAIL_SAMPLES: readonly MailRequest[] = [
  { template: 'activation', to: email, data: { name, link, code: 'ABCD-2345', expiresAtMs } },
  { template: 'reset', to: email, data: { name, link, code: 'ABCD-2345', expiresAtMs } },
  {
    template: 'sign-in-code',
    to: email,
    data: { name, purpose: 'sign_in', link, code: '1234 5678', expiresAtMs },
  },
  { template: 'password-changed', to: email, data: { name, whenMs: atMs, resetLink: link } },
]
