/** Whether the password of an account is not enough. What makes it so, and the check of a code, are in `factors`. */
import type { Sql } from '../platform/sql/database.ts'
import type { Level } from './levels.ts'

/** True with a passkey, or a confirmed authenticator app. An app that is being set up does not count. */
export async function needsSecondFactor(sql: Sql, accountId: string): Promise<boolean> {
  const confirmed: unknown = await sql('account_totps')
    .where({ accountId })
    .whereNotNull('confirmedAtMs')
    .first('accountId')
  return confirmed !== undefined || hasPasskey(sql, accountId)
}

/** The strongest level that an account can sign in at, with the factors that it has. */
export async function strongestLevel(sql: Sql, accountId: string): Promise<Level> {
  if (await hasPasskey(sql, accountId)) return 'urn:account-server:acr:phishing-resistant'
  return (await needsSecondFactor(sql, accountId))
    ? 'urn:account-server:acr:second-factor'
    : 'urn:account-server:acr:password'
}

export async function hasPasskey(sql: Sql, accountId: string): Promise<boolean> {
  const passkey: unknown = await sql('passkeys').where({ accountId }).first('id')
  return passkey !== undefined
}
