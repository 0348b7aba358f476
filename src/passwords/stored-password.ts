/** Puts a password hash into an account's row. What else must end with the old one is the caller's decision. */
import type { Sql } from '../platform/sql/database.ts'

export async function storePassword(
  trx: Sql,
  accountId: string,
  passwordHash: string,
  nowMs: number,
): Promise<void> {
  await trx('accounts')
    .where({ id: accountId })
    .update({ passwordHash, passwordChangedAtMs: nowMs, updatedAtMs: nowMs })
}
