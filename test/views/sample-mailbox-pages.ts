/** The development mailbox, and the pages that say what went wrong. */
import type { SamplePage } from './sample-pages.ts'

const atMs = Date.UTC(2026, 0, 15, 9, 30)
const email = 'person@example.com'
const mails = [
  { id: 'm2', to: email, subject: 'Choose a new password', atMs, language: 'en' },
  { id: 'm1', to: email, subject: 'Activate your account', atMs, language: 'en' },
]
const mailText =
  'Hello Sample Person,\n\nopen this link:\n\nhttp://localhost:8700/activate?token=abc123\n\nCode: 123456'

export const mailboxPages: SamplePage[] = [
  { page: 'mailbox', state: 'two', locals: { messages: mails } },

  { page: 'mailbox', state: 'empty', locals: { messages: [] } },

  {
    page: 'mailbox-message',
    state: 'text',
    locals: {
      message: { ...mails[1], text: mailText },
      htmlHref: '/mailbox/m1/html',
    },
  },
]

export const errorPages: SamplePage[] = [
  {
    page: 'error',
    state: 'too-many-attempts',
    locals: {
      status: 429,
      title: 'error-title-429',
      heading: 'error-title-429',
      message: { id: 'error-too-many-attempts', args: { minutes: 5 } },
      backHref: '/sign-in',
      backLabel: 'error-try-again',
    },
  },
  {
    page: 'error',
    state: 'unknown-client',
    locals: {
      // As a page that came before anything of the browser was looked at.
      csrfToken: '',
      status: 400,
      title: 'error-unknown-app',
      heading: 'error-unknown-app',
      message: 'error-unknown-app-text',
      errorId: '7f3c2a9b1d40',
      backHref: '/',
      backLabel: 'error-back-to-start',
    },
  },
  {
    page: 'error',
    state: 'technical',
    locals: {
      status: 400,
      title: 'error-title-400',
      heading: 'error-title-400',
      message: 'error-invalid-request',
      detail: 'The field "state" has 5000 characters; it takes at most 4096.',
      errorId: '4KQM-T7XW',
      backHref: '/',
      backLabel: 'error-back-to-start',
    },
  },
  {
    page: 'error',
    state: 'for-the-developer',
    locals: {
      status: 400,
      title: 'error-return-address',
      heading: 'error-return-address',
      message: 'error-return-address-text',
      errorId: '4KQM-T7XW',
      details: [{ name: 'error-detail-got', values: ['http://localhost:3000/callback/'] }],
    },
  },
]
