/**
 * The second step of a sign-in: a code of the authenticator app, or a recovery code. A guess is counted before it is
 * compared, in one count for the account over all processes and both kinds of code.
 */
import { findAccountById } from '../accounts/account.ts'
import type { Account } from '../accounts/account.ts'
import type { SignInOrigin } from '../audit/sign-in-origin.ts'
import { resetCodeAttempts, takeCodeAttempt, takeGuessNotice } from '../attempts/code-attempts.ts'
import { recordAudit } from '../audit/audit.ts'
import { inTransaction } from '../platform/sql/database.ts'
import type { Services } from '../services.ts'
import { stopFactorReset } from './factor-resets.ts'
import { recordFactorChange } from './factor-changes.ts'
import { useCode } from './recovery-codes.ts'
import { findTotp, useTotpCode } from './totp.ts'

/** Authentication methods of a sign-in by password and one more (RFC 8176). A recovery code is no one-time password. */
export const SECOND_FACTOR_AMR = {
  totp: ['pwd', 'otp', 'mfa'],
  recovery_code: ['pwd', 'mfa'],
} as const satisfies Record<string, readonly string[]>

export type SecondFactor = keyof typeof SECOND_FACTOR_AMR

export type SecondFactorChecked =
  | { ok: true; factor: SecondFactor; amr: string[] }
  | { ok: false; reason: 'wrong' }
  | { ok: false; reason: 'blocked'; retryAfterSeconds: number }

/**
 * Uses a code up. Digits alone are a code of the app; anything else is a recovery code. Starts no session. Never inside a
 * transaction: the count must stay. A disabled account gets `wrong`, as does one without a second factor.
 */
export async function checkSecondFactor(
  needs: Services,
  given: { accountId: string; code: string; ip: string; from?: SignInOrigin | undefined },
): Promise<SecondFactorChecked> {
  const { accountId, ip } = given
  const account = await findAccountById(needs.db, accountId)
  const taken = await takeCodeAttempt(needs, accountId, needs.clock())
  if (!taken.allowed) {
    if (account) await mailGuesses(needs, account, ip)
    return { ok: false, reason: 'blocked', retryAfterSeconds: taken.retryAfterSeconds }
  }
  const code = given.code.replaceAll(/[\s-]/g, '')
  const factor: SecondFactor = /^\d{6,8}$/.test(code) ? 'totp' : 'recovery_code'
  const mayUse = account !== undefined && account.disabledAtMs === null
  if (!mayUse || !(await use[factor](needs, { account, ip, code }))) {
    const by = { actor: 'anonymous', ip, accountId }
    const failed = {
      ...by,
      atMs: needs.clock(),
      action: 'second_factor.failed',
      detail: { ...given.from, factor },
    } as const
    await recordAudit(needs.db, failed)
    return { ok: false, reason: 'wrong' }
  }
  await resetCodeAttempts(needs, accountId)
  // Who has a factor did not lose them all.
  await stopFactorReset(needs, accountId, { actor: accountId, ip })
  return { ok: true, factor, amr: [...SECOND_FACTOR_AMR[factor]] }
}

/** Who guesses codes knows the password, so the owner should change it. */
export async function mailGuesses(needs: Services, account: Account, ip: string): Promise<void> {
  const nowMs = needs.clock()
  if (account.disabledAtMs !== null || !(await takeGuessNotice(needs, { accountId: account.id }, nowMs)))
    return
  await inTransaction(needs.db, (trx) =>
    recordFactorChange(needs, trx, { account, by: { actor: 'anonymous', ip }, kind: 'codes_guessed', nowMs }),
  )
}

type Guess = { account: Account; ip: string; code: string }

const use: Record<SecondFactor, (needs: Services, guess: Guess) => Promise<boolean>> = {
  async totp(needs, { account, code }) {
    const totp = await findTotp(needs.db, needs.sealer, account.id)
    return totp !== undefined && useTotpCode(needs.db, totp, code, needs.clock())
  },
  async recovery_code(needs, { account, ip, code }) {
    const nowMs = needs.clock()
    const given = { accountId: account.id, code }
    return inTransaction(needs.db, async (trx) => {
      if (!(await useCode(trx, needs.config.keys.index, given, nowMs))) return false
      const by = { actor: account.id, ip }
      await recordFactorChange(needs, trx, { account, by, kind: 'code_used', nowMs })
      return true
    })
  },
}
