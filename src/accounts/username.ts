/**
 * User names: another name to sign in by and to be found by. Unique in a folded form, so that "Ada" and "ada" are one
 * name, and no two spellings of Unicode are two people. An address has an `@`, and a user name never has.
 */
import { updateAccount } from '../account-cache/changed-account.ts'
import type { Sql } from '../platform/sql/database.ts'
import { isDuplicate } from '../platform/sql/database.ts'
import { lookupEmail } from '../platform/email.ts'
import type { Services } from '../services.ts'
import { accountColumns, existing, findAccountByEmail, findAccountById } from './account.ts'
import type { Account } from './account.ts'
import { foldUsername } from './folded-username.ts'

/** Finds by any spelling of the name. */
export async function findAccountByUsername(sql: Sql, username: string): Promise<Account | undefined> {
  return sql<Account & { usernameCanonical: string | null }>('accounts')
    .where({ usernameCanonical: foldUsername(username) })
    .first(...accountColumns(sql))
}

/** By the id, the address or the user name. @throws AppError 404 `account_not_found` */
export async function namedAccount(sql: Sql, typed: string): Promise<Account> {
  return existing((await findAccountById(sql, typed)) ?? (await findAccountByLogin(sql, typed)))
}

/** By what a person types at sign-in: an address or a user name. */
export async function findAccountByLogin(sql: Sql, login: string): Promise<Account | undefined> {
  return isUsername(login) ? findAccountByUsername(sql, login.trim()) : findAccountByEmail(sql, login)
}

/** The same for a sign-in, where `USERNAME_SIGN_IN` may leave addresses alone. */
export async function findSignInAccount(
  { db, config }: Pick<Services, 'db' | 'config'>,
  login: string,
): Promise<Account | undefined> {
  return config.factors.usernameSignIn ? findAccountByLogin(db, login) : findAccountByEmail(db, login)
}

/** What attempts for a login are counted under while no account is known. */
export function lookupLogin(login: string): string {
  return isUsername(login) ? foldUsername(login.trim()) : lookupEmail(login)
}

export function isUsername(login: string): boolean {
  return !login.includes('@')
}

/** Gives an account the name that its owner typed, if nobody has it by now. */
export async function claimUsername(trx: Sql, accountId: string, username: string | null): Promise<void> {
  if (username === null) return
  try {
    const values = { username, usernameCanonical: foldUsername(username) }
    await updateAccount(trx, { id: accountId }, values)
  } catch (error) {
    if (!isDuplicate(error)) throw error
  }
}
