/** The mails about a change of address and about a deletion. Written to the outbox in the transaction of what they are about. */
import type { Sql } from '../../platform/sql/database.ts'
import type { Services } from '../../services.ts'
import { ACCOUNT_PATHS, linkTo, mailTo } from '../account-mail.ts'
import type { Account } from '../account.ts'
import type { IssuedToken } from '../one-time-token.ts'

type Mailing = Pick<Services, 'config' | 'outbox'>
type Reader = Pick<Account, 'email' | 'locale' | 'zoneinfo'>
type Recipient = Reader & Pick<Account, 'name'>

/** To the address that somebody changes to. It is not proven yet, so the mail names nobody. */
export async function mailNewAddress(
  { config, outbox }: Mailing,
  sql: Sql,
  to: Reader,
  { token, code, expiresAtMs }: IssuedToken,
): Promise<void> {
  const link = linkTo(config, `${ACCOUNT_PATHS.newAddress}?token=${token}`)
  await outbox.enqueueMail(sql, {
    template: 'new-address',
    ...mailTo(to),
    data: { name: '', link, code, expiresAtMs },
  })
}

/** To an address that has an account, or had one a few days ago, when somebody wants to use it for another one. */
export async function mailAddressTaken({ config, outbox }: Mailing, sql: Sql, to: string): Promise<void> {
  const data = {
    name: '',
    signInLink: linkTo(config, ACCOUNT_PATHS.signIn),
    resetLink: linkTo(config, ACCOUNT_PATHS.forgot),
  }
  await outbox.enqueueMail(sql, { template: 'address-taken', to, data })
}

export type AddressNotice = {
  kind: 'requested' | 'changed' | 'changed_by_operator' | 'restored'
  /** The new address; of `restored`, the one that is used again. */
  address: string
  whenMs: number
  /** Of `changed`: the link that undoes it. */
  undo?: IssuedToken
}

/** To the address that the account had before. */
export async function mailAddressNotice(
  { config, outbox }: Mailing,
  sql: Sql,
  to: Recipient,
  { kind, address, whenMs, undo }: AddressNotice,
): Promise<void> {
  const path = undo ? `${ACCOUNT_PATHS.formerAddress}?token=${undo.token}` : ACCOUNT_PATHS.forgot
  const link = linkTo(config, path)
  const until = undo && { undoUntilMs: undo.expiresAtMs }
  const data = { name: to.name, kind, address, whenMs, link, ...until }
  await outbox.enqueueMail(sql, { template: 'address-notice', ...mailTo(to), data })
}

export type DeletionNotice = {
  kind: 'requested' | 'soon' | 'cancelled' | 'unverified'
  /** When the account is deleted, or would have been. */
  deleteAtMs: number
}

export async function mailDeletionNotice(
  { config, outbox }: Mailing,
  sql: Sql,
  to: Recipient,
  { kind, deleteAtMs }: DeletionNotice,
): Promise<void> {
  const signInLink = linkTo(config, ACCOUNT_PATHS.signIn)
  const resetLink = linkTo(config, ACCOUNT_PATHS.forgot)
  const data = { name: to.name, kind, deleteAtMs, signInLink, resetLink }
  await outbox.enqueueMail(sql, { template: 'deletion-notice', ...mailTo(to), data })
}
