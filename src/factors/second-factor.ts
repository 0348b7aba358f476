/**
 * The second step of a sign-in: a code of the authenticator app, or a recovery code. A guess is counted before it is
 * compared, in one count for the account over all processes and both kinds of code.
 */
import { findAccountById } from '../accounts/account.ts'
import type { Account } from '../accounts/account.ts'
import { resetBucket, takeFromBucket } from '../attempts/bucket.ts'
import type { BucketRule } from '../attempts/bucket.ts'
import { recordAudit } from '../audit/audit.ts'
import { MINUTE_MS } from '../platform/clock.ts'
import { inTransaction } from '../platform/sql/database.ts'
import { keyedDigest } from '../platform/tokens.ts'
import type { Services } from '../services.ts'
import { recordFactorChange } from './factor-changes.ts'
import { useCode } from './recovery-codes.ts'
import { findTotp, useTotpCode } from './totp.ts'

/** Wrong codes for one account, of both kinds. */
export const WRONG_CODES: BucketRule = { limit: 5, windowMs: 5 * MINUTE_MS }

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
  given: { accountId: string; code: string; ip: string },
): Promise<SecondFactorChecked> {
  const { accountId, ip } = given
  const bucket = bucketOf(needs.config.keys.index, accountId)
  const taken = await takeFromBucket(needs.db, { ...WRONG_CODES, bucket, nowMs: needs.clock() })
  if (!taken.allowed) return { ok: false, reason: 'blocked', retryAfterSeconds: taken.retryAfterSeconds }
  const code = given.code.replaceAll(/[\s-]/g, '')
  const factor: SecondFactor = /^\d+$/.test(code) ? 'totp' : 'recovery_code'
  const account = await findAccountById(needs.db, accountId)
  const mayUse = account !== undefined && account.disabledAtMs === null
  const isRight = mayUse && (await use[factor](needs, { account, ip, code }))
  if (!isRight) {
    const by = { actor: 'anonymous', ip, accountId }
    await recordAudit(needs.db, {
      ...by,
      atMs: needs.clock(),
      action: 'second_factor.failed',
      detail: { factor },
    })
    return { ok: false, reason: 'wrong' }
  }
  await resetBucket(needs.db, bucket)
  return { ok: true, factor, amr: [...SECOND_FACTOR_AMR[factor]] }
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

function bucketOf(key: Buffer, accountId: string): string {
  return keyedDigest(key, JSON.stringify(['second factor', accountId]))
}
