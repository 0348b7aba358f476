/** The pages of a change of address and of a deletion, in each state that looks different. */
import type { SamplePage } from './sample-pages.ts'

const atMs = Date.UTC(2026, 0, 15, 9, 30)
const account = { email: 'person@example.com', emailVerified: true }
const email = 'sample@new.example'
const changing = {
  account,
  action: '/account/email',
  confirmAction: '/account/email/confirm',
  cancelAction: '/account/email/cancel',
  errors: {},
  signOutHref: '/sign-out',
}
const linked = { action: '/action', token: 'sample-token', email, errors: {} }
const deleting = { account, days: 14, action: '/account/delete', backHref: '/account', errors: {} }

export const lifePages: SamplePage[] = [
  { page: 'account-email', state: 'empty', locals: changing },
  {
    page: 'account-email',
    state: 'wrong',
    locals: {
      ...changing,
      values: { email: 'sample@' },
      errors: { email: 'new-email-malformed' },
    },
  },
  {
    page: 'account-email',
    state: 'pending',
    locals: { ...changing, pending: { email, expiresAtMs: atMs }, mailsAreLate: true },
  },
  { page: 'confirm-email', state: 'code', locals: linked },
  {
    page: 'account-data',
    state: 'file',
    locals: { fileHref: '/account/data/file', backHref: '/account', errors: {} },
  },
  { page: 'email-confirmed', state: 'done', locals: { accountHref: '/account' } },
  { page: 'undo-email', state: 'button', locals: linked },
  {
    page: 'undo-email',
    state: 'taken',
    locals: { ...linked, errors: { form: 'new-email-undo-taken' } },
  },
  { page: 'email-undone', state: 'mailbox', locals: { mailbox: true, forgotHref: '/forgot' } },
  {
    page: 'link-expired',
    state: 'former-address',
    locals: { purpose: 'former-address', resendHref: '/forgot' },
  },
  { page: 'account-delete', state: 'question', locals: deleting },
  {
    page: 'account-delete',
    state: 'refused',
    locals: {
      ...deleting,
      days: 1,
      errors: { form: 'delete-last-admin' },
    },
  },
  {
    page: 'account-deleted',
    state: 'waits',
    locals: { email: account.email, deleteAtMs: atMs, signInHref: '/sign-in' },
  },
]
