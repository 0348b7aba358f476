/** Accounts that an operator adds, past the mail: from the command line, from seeds, and the first administrator. */
import { AppError } from '../../platform/errors.ts'
import { inTransaction, isDuplicate } from '../../platform/sql/database.ts'
import { createAccount, findAccountByEmail } from '../account.ts'
import { usernameTaken } from '../folded-username.ts'
import type { Account } from '../account.ts'
import type { Actor } from '../account-state.ts'
import { recordAudit } from '../../audit/audit.ts'
import { emailProblemText, parseEmail } from '../../platform/email.ts'
import { passwordProblem, passwordRefused } from '../../passwords/password-policy.ts'
import { grantRole } from '../roles.ts'
import { lockRoles } from '../../accounts/roles/roles.ts'
import type { Services } from '../../services.ts'

/** With who adds it, for the audit trail. */
export type AddedAccount = Actor & {
  email: string
  password: string
  name?: string | undefined
  givenName?: string | undefined
  familyName?: string | undefined
  username?: string | undefined
  locale?: string | undefined
  zoneinfo?: string | undefined
  verified?: boolean
  /** Both at the first sign-in. */
  newPasswordDue?: boolean
  secondFactorDue?: boolean
  roles?: readonly string[]
}

/** Throws `AppError`: `role_not_found` (404), `email_invalid`, `password_refused`, `profile_invalid` (422), `account_exists`, `username_taken` (409). */
export async function addAccount(needs: Services, given: AddedAccount): Promise<Account> {
  const email = parseEmail(given.email)
  if (!email.ok) throw new AppError('email_invalid', 422, emailProblemText[email.problem])
  const problem = passwordProblem(needs.config, given.password, given)
  if (problem) throw passwordRefused(problem, needs.config)
  const passwordHash = await needs.hasher.hash(given.password)
  try {
    return await inTransaction(needs.db, async (trx) => {
      const nowMs = needs.clock()
      await lockRoles(trx, given.roles ?? [])
      const account = await createAccount(trx, { ...given, passwordHash }, nowMs)
      for (const role of given.roles ?? []) await grantRole(trx, account.id, role)
      const detail = { roles: given.roles ?? [], verified: given.verified ?? false }
      const by = { actor: given.actor, ip: given.ip, accountId: account.id }
      await recordAudit(trx, { ...by, atMs: nowMs, action: 'account.added', detail })
      return account
    })
  } catch (error) {
    if (!isDuplicate(error)) throw error
    if (!(await findAccountByEmail(needs.db, given.email))) throw usernameTaken(error)
    throw new AppError('account_exists', 409, 'There is already an account with this e-mail address.', {
      cause: error,
    })
  }
}
