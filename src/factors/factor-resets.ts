/**
 * Resets of second factors that wait. An operator cannot know who really asks, so the owner gets a mail and time to stop it:
 * by its link, or by the use of a factor. Then the upkeep of the worker carries it out.
 */
import { ACCOUNT_PATHS, linkTo, mailTo } from '../accounts/account-mail.ts'
import { lockAccount } from '../accounts/account.ts'
import type { Account } from '../accounts/account.ts'
import type { Actor, Expects } from '../accounts/account-state.ts'
import { recordAudit } from '../audit/audit.ts'
import { inTransaction } from '../platform/sql/database.ts'
import type { Sql } from '../platform/sql/database.ts'
import { digest, randomToken } from '../platform/tokens.ts'
import type { Services } from '../services.ts'
import { hasSecondFactor, resetFactors } from './factors.ts'

export type PendingReset = { requestedBy: string; requestedAtMs: number; dueAtMs: number }

export async function pendingReset(sql: Sql, accountId: string): Promise<PendingReset | undefined> {
  return sql('factor_resets').where({ accountId }).first('requestedBy', 'requestedAtMs', 'dueAtMs')
}

/** `none`: the account has no second factor. `reset`: the setting wants no delay, so it is done. */
export type Planned = PendingReset | 'reset' | 'none'

/**
 * Plans the reset and mails the owner. One that is planned already keeps its time. Answers nothing when there is no such
 * account.
 */
export async function planFactorReset(
  needs: Services,
  accountId: string,
  by: Actor,
  expects?: Expects,
): Promise<Planned | undefined> {
  const { factorResetDelayMs: delayMs } = needs.config.factors
  if (delayMs === 0) return resetFactors(needs, accountId, by, { expects })
  const nowMs = needs.clock()
  return inTransaction(needs.db, async (trx) => {
    const account = await lockAccount(trx, accountId)
    if (!account) return undefined
    expects?.(account)
    const earlier = await pendingReset(trx, accountId)
    if (earlier) return earlier
    if (!(await hasSecondFactor(trx, accountId))) return 'none'
    const reset = { requestedBy: by.actor, requestedAtMs: nowMs, dueAtMs: nowMs + delayMs }
    const token = randomToken()
    await trx('factor_resets').insert({ ...reset, accountId, tokenDigest: digest(token) })
    await recordAudit(trx, { ...by, atMs: nowMs, action: 'factors.reset_requested', accountId })
    await mailPlanned(needs, trx, account, { token, dueAtMs: reset.dueAtMs })
    return reset
  })
}

/** For an operator, and for the owner who signed in with a factor. Answers false where none is planned. */
export async function stopFactorReset(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  accountId: string,
  by: Actor,
  expects?: Expects,
): Promise<boolean> {
  return inTransaction(db, async (trx) => {
    const account = await lockAccount(trx, accountId)
    if (account) expects?.(account)
    if ((await trx('factor_resets').where({ accountId }).delete()) === 0) return false
    await recordAudit(trx, { ...by, atMs: clock(), action: 'factors.reset_stopped', accountId })
    return true
  })
}

/** By the link of the mail. Answers false where the link is over, or was used. */
export async function stopByLink(
  needs: Pick<Services, 'db' | 'clock'>,
  { token, ip }: { token: string; ip: string },
): Promise<boolean> {
  const accountId = await accountOfLink(needs, token)
  return accountId !== undefined && stopFactorReset(needs, accountId, { actor: accountId, ip })
}

/** Nothing where the link is over: the reset was stopped, or carried out. */
export async function accountOfLink(
  { db }: Pick<Services, 'db'>,
  token: string,
): Promise<string | undefined> {
  const row: { accountId: string } | undefined = await db('factor_resets')
    .where({ tokenDigest: digest(token) })
    .first('accountId')
  return row?.accountId
}

/** One step: carries out what is due. Answers how many it found. */
export async function resetDueFactors(needs: Services, nowMs: number, limit: number): Promise<number> {
  const due: { accountId: string; requestedBy: string }[] = await needs
    .db('factor_resets')
    .where('dueAtMs', '<=', nowMs)
    .orderBy('dueAtMs')
    .limit(limit)
    .select('accountId', 'requestedBy')
  for (const { accountId, requestedBy } of due)
    await resetFactors(needs, accountId, { actor: requestedBy }, { onlyIfDueAtMs: nowMs })
  return due.length
}

async function mailPlanned(
  { config, outbox }: Pick<Services, 'config' | 'outbox'>,
  trx: Sql,
  account: Account,
  { token, dueAtMs }: { token: string; dueAtMs: number },
): Promise<void> {
  const link = linkTo(config, `${ACCOUNT_PATHS.keepFactors}?${new URLSearchParams({ token })}`)
  const resetLink = linkTo(config, ACCOUNT_PATHS.forgot)
  await outbox.enqueueMail(trx, {
    template: 'factor-reset',
    ...mailTo(account),
    data: { name: account.name, dueAtMs, link, resetLink },
  })
}
