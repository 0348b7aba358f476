/** Which passwords are accepted. Length and commonness only: no composition rules, no expiry (NIST SP 800-63B §3.1.1.2). */
import { AppError } from '../platform/errors.ts'
import type { Message } from '../words/message.ts'
import { isCommonPassword } from './common-passwords.ts'

/** Longer input is never hashed: it would only cost time. */
const MAX_PASSWORD_BYTES = 1024

/** The settings of that name. */
export type PasswordPolicy = {
  serverName: string
  /** `passwordMinLength` is in code points. */
  accounts: { passwordMinLength: number }
}

export type PasswordProblem = 'too_short' | 'too_long' | 'common' | 'personal'

/** The account's own texts, which the password must not equal. */
export type PasswordOwner = { email: string; name?: string | null; username?: string | null }

/** What is wrong with a new password, or nothing. Costs no hash; reads no account. */
export function passwordProblem(
  policy: PasswordPolicy,
  password: string,
  owner: PasswordOwner,
): PasswordProblem | undefined {
  if (isOversized(password)) return 'too_long'
  if (Array.from(password.normalize('NFC')).length < policy.accounts.passwordMinLength) return 'too_short'
  if (isPersonal(policy, password, owner)) return 'personal'
  return isCommonPassword(password) ? 'common' : undefined
}

/** What a page says of the problem. */
export function passwordProblemMessage(problem: PasswordProblem, policy: PasswordPolicy): Message {
  const min = policy.accounts.passwordMinLength
  return { id: `problem-password-${problem.replaceAll('_', '-')}`, args: { min } }
}

/** An English sentence for each problem, for programs and operators. */
export function passwordProblemText(problem: PasswordProblem, policy: PasswordPolicy): string {
  return {
    too_short: `Use at least ${policy.accounts.passwordMinLength} characters.`,
    too_long: 'The password is too long.',
    common: 'This password is among the first that would be guessed. Choose another one.',
    personal: 'The password must not be your address, your name or the name of this service.',
  }[problem]
}

/** The error for interfaces that answer with codes: 422 `password_refused`. */
export function passwordRefused(problem: PasswordProblem, policy: PasswordPolicy): AppError {
  return new AppError('password_refused', 422, passwordProblemText(problem, policy))
}

export function isOversized(password: string): boolean {
  return Buffer.byteLength(password) > MAX_PASSWORD_BYTES
}

function isPersonal(policy: PasswordPolicy, password: string, owner: PasswordOwner): boolean {
  const said = folded(password)
  const local = owner.email.slice(0, owner.email.lastIndexOf('@'))
  return [owner.email, local, local.split('+')[0], owner.name, owner.username, policy.serverName]
    .map((text) => folded(text ?? ''))
    .some((text) => text !== '' && text === said)
}

// Case, spaces and punctuation make no difference: "Ada.Lovelace" is still the name.
function folded(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '')
}
