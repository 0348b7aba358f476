/** How an account can be signed in to. A new way in that needs no password is added here. */
import type { Account } from '../accounts/account.ts'

/** True when a way in remains without this connection: a password, or a connection with an upstream that is on. */
export function hasOtherWayIn(
  account: Pick<Account, 'passwordHash'>,
  links: readonly { id: string; enabled: boolean }[],
  withoutId: string,
): boolean {
  return account.passwordHash !== null || links.some(({ id, enabled }) => enabled && id !== withoutId)
}
