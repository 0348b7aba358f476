/** The mails of an account: template, recipient and links. Written to the outbox in the caller's transaction. */
import type { Sql } from '../platform/sql/database.ts'
import type { Services } from '../services.ts'
import type { Account } from './account.ts'
import type { IssuedToken } from './one-time-token.ts'

type Mailing = Pick<Services, 'config' | 'outbox'>

/** The pages that mails link to. */
export const ACCOUNT_PATHS = {
  activate: '/activate',
  reset: '/reset',
  forgot: '/forgot',
  signIn: '/sign-in',
  disown: '/not-me',
  keepFactors: '/keep-second-factor',
  check: '/check/code',
  newAddress: '/confirm-email',
  formerAddress: '/undo-email',
} as const

type Recipient = Pick<Account, 'email' | 'name' | 'locale' | 'zoneinfo'>

/** The part of a mail request that says who reads it, in which language, and in which time zone. */
export function mailTo({ email, locale, zoneinfo }: Pick<Account, 'email' | 'locale' | 'zoneinfo'>) {
  return { to: email, locale, timeZone: zoneinfo }
}

export function mailActivation(
  mailing: Mailing,
  sql: Sql,
  to: Recipient,
  issued: IssuedToken,
): Promise<void> {
  const link = withToken(mailing.config.mail.workerAccountActivateWeburlF, issued.token)
  return mailLink(mailing, sql, 'activation', to, { ...issued, link })
}

export function mailReset(mailing: Mailing, sql: Sql, to: Recipient, issued: IssuedToken): Promise<void> {
  const link = withToken(mailing.config.mail.workerAccountResetWeburlF, issued.token)
  return mailLink(mailing, sql, 'reset', to, { ...issued, link })
}

async function mailLink(
  { outbox }: Mailing,
  sql: Sql,
  template: 'activation' | 'reset',
  to: Recipient,
  { link, code, expiresAtMs }: IssuedToken & { link: string },
): Promise<void> {
  await outbox.enqueueMail(sql, { template, ...mailTo(to), data: { name: to.name, link, code, expiresAtMs } })
}

export async function mailAlreadyRegistered({ config, outbox }: Mailing, sql: Sql, to: Recipient) {
  await outbox.enqueueMail(sql, {
    template: 'already-registered',
    ...mailTo(to),
    data: {
      name: to.name,
      signInLink: linkTo(config, ACCOUNT_PATHS.signIn),
      resetLink: linkTo(config, ACCOUNT_PATHS.forgot),
    },
  })
}

/**
 * `password-guessed`: the password is guessed from many networks, and those who guess do not know it. Both mails lead to the
 * page for a new password.
 */
export async function mailAboutPassword(
  { config, outbox }: Mailing,
  sql: Sql,
  template: 'password-changed' | 'password-guessed',
  to: Recipient,
  whenMs: number,
) {
  await outbox.enqueueMail(sql, {
    template,
    ...mailTo(to),
    data: { name: to.name, whenMs, resetLink: linkTo(config, ACCOUNT_PATHS.forgot) },
  })
}

/** The code of a check before a sign-in, a registration or a reset. `to`: without a name where none is proven. */
export async function mailCheckCode(
  { config, outbox }: Mailing,
  sql: Sql,
  to: Recipient,
  { code, expiresAtMs }: { code: string; expiresAtMs: number },
) {
  await outbox.enqueueMail(sql, {
    template: 'check-code',
    ...mailTo(to),
    data: { name: to.name, code, expiresAtMs, link: linkTo(config, ACCOUNT_PATHS.check) },
  })
}

/** The link of an invitation, to an address that may have no account. */
export async function mailInvitation(
  { outbox }: Pick<Mailing, 'outbox'>,
  sql: Sql,
  email: string,
  { link, expiresAtMs }: { link: string; expiresAtMs: number },
) {
  const to = mailTo({ email, locale: null, zoneinfo: null })
  await outbox.enqueueMail(sql, { template: 'invitation', ...to, data: { link, expiresAtMs } })
}

/** What an operator answered to a person who waited. */
export async function mailRegistrationAnswer(
  { config, outbox }: Mailing,
  sql: Sql,
  to: Recipient,
  approved: boolean,
) {
  await outbox.enqueueMail(sql, {
    template: 'registration-answered',
    ...mailTo(to),
    data: { name: to.name, approved, link: linkTo(config, approved ? ACCOUNT_PATHS.signIn : '/') },
  })
}

/** An absolute address. It comes from the configured issuer, never from a request. */
export function linkTo({ issuer }: Pick<Services['config'], 'issuer'>, path: string): string {
  return new URL(path, issuer).href
}

/** The addresses of both pages are settings, because some sites have their own. */
function withToken(address: string, token: string): string {
  return address.replaceAll('{token}', encodeURIComponent(token))
}
