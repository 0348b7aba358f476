/** How an account can be signed in to. A new way in that needs no password is added here. */
import type { Account } from '../account.ts'
import { passkeysOf } from './passkey.ts'
import type { Sql } from '../../platform/sql/database.ts'

/** True when a way in remains without this connection: a password, a passkey, or a connection with an upstream that is on. */
export async function hasOtherWayIn(
  sql: Sql,
  account: Pick<Account, 'id' | 'passwordHash'>,
  links: readonly { id: string; enabled: boolean }[],
  withoutId: string,
): Promise<boolean> {
  if (account.passwordHash !== null) return true
  if (links.some(({ id, enabled }) => enabled && id !== withoutId)) return true
  return (await passkeysOf(sql, account.id)).length > 0
}
