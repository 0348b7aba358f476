/** Whether the password of an account is not enough. What makes it so, and the check of a code, are in `factors`. */
import type { Sql } from '../platform/sql/database.ts'

/** True with a confirmed authenticator app. One that is being set up does not count. */
export async function needsSecondFactor(sql: Sql, accountId: string): Promise<boolean> {
  const confirmed: unknown = await sql('account_totps')
    .where({ accountId })
    .whereNotNull('confirmedAtMs')
    .first('accountId')
  return confirmed !== undefined
}
