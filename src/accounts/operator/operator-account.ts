/** Accounts that an operator adds, past the mail: from the command line, from seeds, and the first administrator. */
import { AppError } from '../../platform/errors.ts'
import { inTransaction, isDuplicate } from '../../platform/sql/database.ts'
import type { Sql } from '../../platform/sql/database.ts'
import { createAccount, findAccountByEmail } from '../account.ts'
import { usernameTaken } from '../folded-username.ts'
import type { Account } from '../account.ts'
import type { Actor } from '../account-state.ts'
import { recordAudit } from '../../audit/audit.ts'
import { emailProblemText, parseEmail } from '../../platform/email.ts'
import { passwordProblem, passwordRefused } from '../../passwords/password-policy.ts'
import { grantRole } from '../roles.ts'
import { assertWithin } from '../roles/held-scopes.ts'
import type { Bounds } from '../roles/held-scopes.ts'
import { lockRoles } from '../roles/roles.ts'
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
  /** How far the roles may reach. */
  within?: Bounds
}

/** With its roles: if they are refused, there is no account. Throws `AppError`: `beyond_your_roles` (403), `role_not_found` (404), `email_invalid`, `password_refused`, `profile_invalid` (422), `account_exists`, `username_taken` (409). */
export async function addAccount(needs: Services, given: AddedAccount): Promise<Account> {
  const email = parseEmail(given.email)
  if (!email.ok) throw new AppError('email_invalid', 422, emailProblemText[email.problem])
  const problem = passwordProblem(needs.config, given.password, given)
  if (problem) throw passwordRefused(problem, needs.config)
  const passwordHash = await needs.hasher.hash(given.password)
  const roles = [...new Set(given.roles)]
  try {
    return await inTransaction(needs.db, async (trx) => {
      const nowMs = needs.clock()
      await assertGivable(trx, roles, given.within)
      const account = await createAccount(trx, { ...given, passwordHash }, nowMs)
      const by = { actor: given.actor, ip: given.ip, accountId: account.id, atMs: nowMs }
      const detail = { roles, verified: given.verified ?? false }
      for (const role of roles) await grantRole(trx, account.id, role)
      await recordAudit(trx, { ...by, action: 'account.added', detail })
      if (roles.length > 0) await recordAudit(trx, { ...by, action: 'role.granted', detail: { roles } })
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

async function assertGivable(trx: Sql, names: readonly string[], within: Bounds): Promise<void> {
  const roles = await lockRoles(trx, names)
  assertWithin(
    within,
    roles.flatMap(({ scopes }) => scopes),
  )
}
