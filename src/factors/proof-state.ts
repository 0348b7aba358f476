/** What voids a proof that a browser keeps between two steps of a sign-in. */
import type { Account } from '../accounts/account.ts'
import { digest } from '../platform/tokens.ts'

/** A digest that changes with the password, and when everything of the account is ended. */
export function proofState({
  passwordHash,
  sessionsValidFromMs,
}: Pick<Account, 'passwordHash' | 'sessionsValidFromMs'>): string {
  return digest(JSON.stringify([passwordHash, sessionsValidFromMs])).slice(0, 22)
}
