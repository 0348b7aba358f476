/** Puts a password hash into an account's row. What else must end with the old one is the caller's decision. */
import { updateAccount } from '../account-cache/changed-account.ts'
import type { Sql } from '../platform/sql/database.ts'

/** `newPasswordDue`: somebody else knows it, so its owner chooses another one at the next sign-in. */
export async function storePassword(
  trx: Sql,
  accountId: string,
  passwordHash: string,
  nowMs: number,
  newPasswordDue = false,
): Promise<void> {
  const values = { passwordHash, passwordChangedAtMs: nowMs, newPasswordDue, updatedAtMs: nowMs }
  await updateAccount(trx, { id: accountId }, values)
}

/** The account signs in another way from now on. */
export async function forgetPassword(trx: Sql, accountId: string, nowMs: number): Promise<void> {
  const values = { passwordHash: null, passwordChangedAtMs: null, newPasswordDue: false, updatedAtMs: nowMs }
  await updateAccount(trx, { id: accountId }, values)
}
