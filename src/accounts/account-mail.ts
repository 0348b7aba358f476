/** The mails of an account: which template, to whom, with which links. Written to the outbox in the caller's transaction. */
import type { MailRequest } from '../outbox/mail-request.ts'
import type { Sql } from '../platform/sql/database.ts'
import type { Account } from './account.ts'
import type { IssuedToken } from './one-time-token.ts'

export type MailNeeds = {
  /** Writes the mail with the transaction it is given; nothing is sent before the commit. */
  enqueueMail: (sql: Sql, request: MailRequest) => Promise<unknown>
  /** Builds an absolute address from the configured issuer, never from a request. */
  publicUrl: (path: string, params?: Record<string, string>) => string
}

/** The pages that mails link to. */
export const ACCOUNT_PATHS = {
  activate: '/activate',
  reset: '/reset',
  forgot: '/forgot',
  signIn: '/sign-in',
} as const

type Recipient = Pick<Account, 'email' | 'name'>

export async function mailActivation(needs: MailNeeds, sql: Sql, to: Recipient, issued: IssuedToken) {
  const link = needs.publicUrl(ACCOUNT_PATHS.activate, { token: issued.token })
  const { code, expiresAtMs } = issued
  await needs.enqueueMail(sql, {
    template: 'activation',
    to: to.email,
    data: { name: to.name, link, code, expiresAtMs },
  })
}

export async function mailReset(needs: MailNeeds, sql: Sql, to: Recipient, issued: IssuedToken) {
  const link = needs.publicUrl(ACCOUNT_PATHS.reset, { token: issued.token })
  const { code, expiresAtMs } = issued
  await needs.enqueueMail(sql, {
    template: 'reset',
    to: to.email,
    data: { name: to.name, link, code, expiresAtMs },
  })
}

export async function mailAlreadyRegistered(needs: MailNeeds, sql: Sql, to: Recipient) {
  await needs.enqueueMail(sql, {
    template: 'already-registered',
    to: to.email,
    data: {
      name: to.name,
      signInLink: needs.publicUrl(ACCOUNT_PATHS.signIn),
      resetLink: needs.publicUrl(ACCOUNT_PATHS.forgot),
    },
  })
}

export async function mailPasswordChanged(needs: MailNeeds, sql: Sql, to: Recipient, whenMs: number) {
  await needs.enqueueMail(sql, {
    template: 'password-changed',
    to: to.email,
    data: { name: to.name, whenMs, resetLink: needs.publicUrl(ACCOUNT_PATHS.forgot) },
  })
}
