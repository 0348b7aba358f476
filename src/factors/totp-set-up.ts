/**
 * Setting up an authenticator app, in two steps: a secret is shown, and a code proves that the app has it. Only then is it
 * a factor. Who may do this is the caller's question: it needs a fresh sign-in.
 */
import { updateAccount } from '../account-cache/changed-account.ts'
import { isVerified, lockAccount } from '../accounts/account.ts'
import type { Actor } from '../accounts/account-state.ts'
import { hasPasskey } from '../accounts/second-factor-needed.ts'
import { DAY_MS, HOUR_MS } from '../platform/clock.ts'
import { AppError } from '../platform/errors.ts'
import { inTransaction } from '../platform/sql/database.ts'
import type { Db } from '../platform/sql/database.ts'
import { purgeSome } from '../platform/sql/purge.ts'
import type { Services } from '../services.ts'
import { recordFactorChange } from './factor-changes.ts'
import { dropCodes, renewCodes } from './recovery-codes.ts'
import { encodeBase32, newTotpSecret, OWN_TOTP, totpUri } from './totp-code.ts'
import { confirmRow, findTotp, insertTotp } from './totp.ts'
import type { Totp } from './totp.ts'

/** How long a shown secret can be confirmed. */
export const SET_UP_LIFETIME_MS = HOUR_MS
/** How long one that was not confirmed is kept. */
const UNCONFIRMED_MS = DAY_MS

/** What the person brings into the authenticator app. Both texts contain the secret. */
export type ShownTotp = {
  /** For a QR code. */
  uri: string
  /** For typing: Base32. */
  secret: string
  expiresAtMs: number
}

/**
 * Makes a new secret. It replaces one that was never confirmed. Throws `AppError('totp_exists', 409)` when the account has
 * an authenticator app, `AppError('email_unverified', 409)`, and `AppError('account_not_found', 404)`.
 */
export async function beginTotp(needs: Services, accountId: string): Promise<ShownTotp> {
  const nowMs = needs.clock()
  return inTransaction(needs.db, async (trx) => {
    const account = await lockAccount(trx, accountId)
    if (!account) throw new AppError('account_not_found', 404, 'There is no account with this id.')
    // It may be a stranger's, and the owner of the address could not get past the stranger's app.
    if (!isVerified(account)) throw emailUnverified()
    await trx('account_totps').where({ accountId }).whereNull('confirmedAtMs').delete()
    const totp = { ...OWN_TOTP, accountId, secret: newTotpSecret(), createdAtMs: nowMs }
    if (!(await insertTotp(trx, needs.sealer, totp, nowMs))) throw totpExists()
    return shown(needs, account.email, totp)
  })
}

/** The secret that waits for its confirmation, to show it again. */
export async function pendingTotp(needs: Services, accountId: string): Promise<ShownTotp | undefined> {
  const totp = await findTotp(needs.db, needs.sealer, accountId)
  if (!totp || !isPending(totp, needs.clock())) return undefined
  const account: { email: string } | undefined = await needs
    .db('accounts')
    .where({ id: accountId })
    .first('email')
  return account && shown(needs, account.email, totp)
}

export type TotpConfirmed =
  /** The recovery codes, which are shown once. */
  | { ok: true; recoveryCodes: string[] }
  /** `not_begun`: nothing waits to be confirmed, or it waited too long. */
  | { ok: false; reason: 'wrong_code' | 'not_begun' }

/**
 * Makes the authenticator app a factor when it shows the right code, and makes the recovery codes. The code is used up. Of
 * any number of callers one gets `ok`. Throws `AppError('totp_exists', 409)` when it was confirmed before.
 */
export async function confirmTotp(
  needs: Services,
  given: { accountId: string; code: string },
  by: Actor,
): Promise<TotpConfirmed> {
  const { accountId } = given
  const nowMs = needs.clock()
  return inTransaction(needs.db, async (trx) => {
    const account = await lockAccount(trx, accountId)
    const totp = await findTotp(trx, needs.sealer, accountId)
    if (totp && totp.confirmedAtMs !== null) throw totpExists()
    if (!account || !totp || !isPending(totp, nowMs)) return { ok: false, reason: 'not_begun' }
    const code = given.code.replaceAll(/\s/g, '')
    if (!(await confirmRow(trx, totp, code, nowMs))) return { ok: false, reason: 'wrong_code' }
    if (account.secondFactorDue) await updateAccount(trx, { id: accountId }, { secondFactorDue: false })
    const recoveryCodes = await renewCodes(trx, needs.config.keys.index, accountId, nowMs)
    await recordFactorChange(needs, trx, { account, by, kind: 'added', nowMs })
    return { ok: true, recoveryCodes }
  })
}

/** Drops a secret that was never confirmed. */
export async function cancelTotp({ db }: Pick<Services, 'db'>, accountId: string): Promise<void> {
  await db('account_totps').where({ accountId }).whereNull('confirmedAtMs').delete()
}

/** One step: purges secrets that were never confirmed and cannot be any more. Answers how many it found. */
export function purgeUnconfirmed(db: Db, nowMs: number, limit: number): Promise<number> {
  return purgeSome(
    db,
    {
      table: 'account_totps',
      key: 'accountId',
      outdated: (rows) => rows.whereNull('confirmedAtMs').where('createdAtMs', '<=', nowMs - UNCONFIRMED_MS),
    },
    limit,
  )
}

/** Removes the authenticator app and, without a passkey, the recovery codes. Answers false when the account had no confirmed app. */
export async function removeTotp(needs: Services, accountId: string, by: Actor): Promise<boolean> {
  const nowMs = needs.clock()
  return inTransaction(needs.db, async (trx) => {
    const account = await lockAccount(trx, accountId)
    if (!account) return false
    const removed = await trx('account_totps').where({ accountId }).whereNotNull('confirmedAtMs').delete()
    if (removed === 0) return false
    const keepsPasskeys = await hasPasskey(trx, accountId)
    if (!keepsPasskeys) await dropCodes(trx, accountId)
    const kind = keepsPasskeys ? 'app_removed' : 'removed'
    await recordFactorChange(needs, trx, { account, by, kind, nowMs })
    return true
  })
}

function isPending(totp: Totp, nowMs: number): boolean {
  return totp.confirmedAtMs === null && nowMs < totp.createdAtMs + SET_UP_LIFETIME_MS
}

function shown(
  { config }: Pick<Services, 'config'>,
  email: string,
  totp: Pick<Totp, 'secret' | 'algorithm' | 'digits' | 'periodSeconds' | 'createdAtMs'>,
): ShownTotp {
  return {
    uri: totpUri(totp.secret, totp, { issuer: config.serverName, account: email }),
    secret: encodeBase32(totp.secret),
    expiresAtMs: totp.createdAtMs + SET_UP_LIFETIME_MS,
  }
}

function totpExists(): AppError {
  return new AppError('totp_exists', 409, 'This account has an authenticator app. Remove it first.')
}

function emailUnverified(): AppError {
  return new AppError('email_unverified', 409, 'The e-mail address of this account is not confirmed yet.')
}
