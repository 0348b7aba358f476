/** A new password that a person chooses together with a mailed proof: checked, and hashed. It is not stored yet. */
import type { Services } from '../../services.ts'
import { passwordProblem } from '../../passwords/password-policy.ts'
import type { PasswordProblem } from '../../passwords/password-policy.ts'
import { findAccountById } from '../account.ts'
import type { Account } from '../account.ts'
import { profileSchema } from '../profile.ts'

export type PasswordRefusal =
  | { ok: false; reason: 'password_refused'; problem: PasswordProblem }
  | { ok: false; reason: 'name_refused' }

type Chosen =
  | { ok: true; account: Account; passwordHash: string; name: string | undefined }
  | { ok: false; reason: 'invalid_token' }
  | PasswordRefusal

/** `name`: typed along with the password. Throws `AppError('hashing_busy', 503)`. */
export async function chooseNewPassword(
  { db, config, hasher }: Pick<Services, 'db' | 'config' | 'hasher'>,
  accountId: string,
  typed: { newPassword: string; name?: string | undefined },
): Promise<Chosen> {
  const account = await findAccountById(db, accountId)
  if (!account) return { ok: false, reason: 'invalid_token' }
  const problem = passwordProblem(config, typed.newPassword, account)
  if (problem) return { ok: false, reason: 'password_refused', problem }
  const profile = profileSchema.safeParse({ name: typed.name })
  if (!profile.success) return { ok: false, reason: 'name_refused' }
  const passwordHash = await hasher.hash(typed.newPassword)
  return { ok: true, account, passwordHash, name: profile.data.name }
}
