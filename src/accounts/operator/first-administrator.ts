/**
 * The first administrator, made at first start. It runs under the startup lock; should it ever run twice at once, the
 * unique address still lets one succeed.
 */
import { updateAccount } from '../../account-cache/changed-account.ts'
import { AppError } from '../../platform/errors.ts'
import { inTransaction } from '../../platform/sql/database.ts'
import { randomToken } from '../../platform/tokens.ts'
import { findAccountByEmail, isVerified, lockAccount, markVerified } from '../account.ts'
import type { Account } from '../account.ts'
import { recordAudit } from '../../audit/audit.ts'
import { endAllAccess } from '../../consents/ended-access.ts'
import { addAccount } from './operator-account.ts'
import { grantRole, hasActiveAdmin } from '../roles.ts'
import { storePassword } from '../../passwords/stored-password.ts'
import type { Services } from '../../services.ts'

export type FirstAdministrator = {
  created: boolean
  email: string
  /** To be shown once; only when it was generated and is in force. */
  oneTimePassword?: string
}

/**
 * Sees to it that somebody can administer. When nobody can, the given address becomes an administrator's: a new verified
 * account, or the one it has. With a generated password, its owner chooses another one at the first sign-in, and sets up a
 * second factor. A verified account keeps its password; an unverified one may be a stranger's and gets the new.
 * Throws `AppError` as `addAccount` does.
 */
export async function ensureFirstAdministrator(
  needs: Services,
  given: { email: string; password?: string | undefined },
): Promise<FirstAdministrator> {
  const { email } = given
  if (await hasActiveAdmin(needs.db)) return { created: false, email }
  const password = given.password ?? randomToken(128)
  const shown = given.password === undefined ? { oneTimePassword: password } : {}
  const existing = await findAccountByEmail(needs.db, email)
  if (existing) {
    const promoted = await promote(needs, existing, { password, generated: given.password === undefined })
    return promoted
      ? { created: true, email, ...(promoted.passwordReplaced && shown) }
      : { created: false, email }
  }
  try {
    const due = given.password === undefined
    const duties = { newPasswordDue: due, secondFactorDue: due }
    await addAccount(needs, { email, password, ...duties, verified: true, roles: ['admin'], actor: 'system' })
    return { created: true, email, ...shown }
  } catch (error) {
    if (error instanceof AppError && error.code === 'account_exists') return { created: false, email }
    throw error
  }
}

/** Answers nothing when somebody else was quicker. */
async function promote(
  needs: Services,
  { id }: Account,
  { password, generated }: { password: string; generated: boolean },
): Promise<{ passwordReplaced: boolean } | undefined> {
  const passwordHash = await needs.hasher.hash(password)
  const done = await inTransaction(needs.db, async (trx) => {
    const nowMs = needs.clock()
    const account = await lockAccount(trx, id)
    if (!account || (await hasActiveAdmin(trx))) return undefined
    await updateAccount(trx, { id }, { disabledAtMs: null, updatedAtMs: nowMs })
    await grantRole(trx, id, 'admin')
    const audited = { atMs: nowMs, actor: 'system', accountId: id }
    await recordAudit(trx, { ...audited, action: 'role.granted' })
    if (isVerified(account)) return { ended: undefined }
    await storePassword(trx, id, passwordHash, nowMs, generated)
    if (generated) await updateAccount(trx, { id }, { secondFactorDue: true })
    await markVerified(trx, id, account.emailCanonical, nowMs)
    const ended = await endAllAccess(needs, trx, id, nowMs)
    await recordAudit(trx, { ...audited, action: 'account.activated' })
    return { ended }
  })
  if (done?.ended) await needs.revokeAccess(done.ended)
  return done && { passwordReplaced: done.ended !== undefined }
}
