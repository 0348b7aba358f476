/**
 * The factors of an account besides its password: an authenticator app, passkeys, and recovery codes in their place. Owns
 * what they have in common. Each is a noun of its own.
 */
import { needsSecondFactor } from '../accounts/second-factor-needed.ts'
import { lockAccount } from '../accounts/account.ts'
import type { Actor, Expects } from '../accounts/account-state.ts'
import { endAllAccess } from '../consents/ended-access.ts'
import { inTransaction } from '../platform/sql/database.ts'
import type { Sql } from '../platform/sql/database.ts'
import type { Services } from '../services.ts'
import { recordFactorChange } from './factor-changes.ts'
import { codesLeft, codesMadeAt, renewCodes } from './recovery-codes.ts'

export type Factors = {
  /** The confirmed authenticator app, if there is one. */
  totp: { confirmedAtMs: number; lastUsedAtMs: number | null } | undefined
  /** When the latest passkey was added; null without one. */
  passkeyAddedAtMs: number | null
  /** Unused recovery codes. */
  recoveryCodesLeft: number
  /** When the recovery codes were made, used ones included. */
  recoveryCodesMadeAtMs: number | null
}

export async function factorsOf(sql: Sql, accountId: string): Promise<Factors> {
  const totp: Factors['totp'] = await confirmed(sql, accountId).first('confirmedAtMs', 'lastUsedAtMs')
  const passkeyAddedAtMs = await latestPasskey(sql, accountId)
  const none = !totp && passkeyAddedAtMs === null
  if (none) return { totp, passkeyAddedAtMs, recoveryCodesLeft: 0, recoveryCodesMadeAtMs: null }
  return {
    totp,
    passkeyAddedAtMs,
    recoveryCodesLeft: await codesLeft(sql, accountId),
    recoveryCodesMadeAtMs: await codesMadeAt(sql, accountId),
  }
}

/** Whether a password alone is not enough. A factor that is being set up does not count. */
export async function hasSecondFactor(sql: Sql, accountId: string): Promise<boolean> {
  return needsSecondFactor(sql, accountId)
}

/** Replaces the recovery codes. Answers nothing when the account has no second factor, which they would stand in for. */
export async function renewRecoveryCodes(
  needs: Services,
  accountId: string,
  by: Actor,
): Promise<string[] | undefined> {
  const nowMs = needs.clock()
  return inTransaction(needs.db, async (trx) => {
    const account = await lockAccount(trx, accountId)
    if (!account || !(await hasSecondFactor(trx, accountId))) return undefined
    const codes = await renewCodes(trx, needs.config.keys.index, accountId, nowMs)
    await recordFactorChange(needs, trx, { account, by, kind: 'codes_renewed', nowMs })
    return codes
  })
}

/**
 * For a person who lost all factors: removes them and the recovery codes, ends all sessions and access, and mails a notice.
 * `none`: the account had nothing to remove, so nothing ends. Answers nothing when there is no such account. `onlyIfDueAtMs`:
 * only where the reset that waits is due then and was not stopped.
 */
export async function resetFactors(
  needs: Services,
  accountId: string,
  by: Actor,
  { expects, onlyIfDueAtMs }: { expects?: Expects | undefined; onlyIfDueAtMs?: number } = {},
): Promise<'reset' | 'none' | undefined> {
  const nowMs = needs.clock()
  const done = await inTransaction(needs.db, async (trx) => {
    const account = await lockAccount(trx, accountId)
    if (!account) return undefined
    expects?.(account)
    const waiting = trx('factor_resets').where({ accountId })
    if (onlyIfDueAtMs !== undefined) void waiting.where('dueAtMs', '<=', onlyIfDueAtMs)
    if ((await waiting.delete()) === 0 && onlyIfDueAtMs !== undefined) return 'none'
    const removed =
      (await trx('account_totps').where({ accountId }).delete()) +
      (await trx('passkeys').where({ accountId }).delete()) +
      (await trx('recovery_codes').where({ accountId }).delete())
    if (removed === 0) return 'none'
    const ended = await endAllAccess(needs, trx, accountId, nowMs)
    await recordFactorChange(needs, trx, { account, by, kind: 'reset', nowMs })
    return ended
  })
  if (done === undefined || done === 'none') return done
  await needs.revokeAccess(done)
  return 'reset'
}

async function latestPasskey(sql: Sql, accountId: string): Promise<number | null> {
  const rows: { addedAtMs: number | string | null }[] = await sql('passkeys')
    .where({ accountId })
    .max({ addedAtMs: 'createdAtMs' })
  const addedAtMs = rows[0]?.addedAtMs ?? null
  return addedAtMs === null ? null : Number(addedAtMs)
}

function confirmed(sql: Sql, accountId: string) {
  return sql('account_totps').where({ accountId }).whereNotNull('confirmedAtMs')
}
