/**
 * Codes by mail: a sign-in without a password, and a fallback for a lost factor. A code works once, for ten minutes, and only
 * in the browser that asked. That browser keeps its sealed digest, so nothing is stored for addresses that strangers type.
 */
import { randomInt, randomUUID } from 'node:crypto'
import { ACCOUNT_PATHS, linkTo, mailTo } from '../accounts/account-mail.ts'
import { findAccountById, isVerified } from '../accounts/account.ts'
import type { Account } from '../accounts/account.ts'
import { findSignInAccount, lookupLogin } from '../accounts/username.ts'
import { takeMail, takeNetworkRequest } from '../attempts/account-limits.ts'
import { takeFromBucket } from '../attempts/bucket.ts'
import { ANSWER_STEP_MS, evenly } from '../attempts/even-timing.ts'
import { recordAudit } from '../audit/audit.ts'
import { MINUTE_MS } from '../platform/clock.ts'
import { inTransaction } from '../platform/sql/database.ts'
import { equalsInConstantTime, keyedDigest, randomToken } from '../platform/tokens.ts'
import { administers } from '../accounts/roles/held-scopes.ts'
import type { Services } from '../services.ts'
import { proofState } from './proof-state.ts'

/** How long a code works. */
export const MAILED_CODE_MS = 10 * MINUTE_MS
const GUESSES = 5
/** Eight digits: five guesses of a few codes in an hour find none of them. */
const DIGITS = 8

export type MailPurpose = 'sign_in' | 'second_factor'

/** What the browser keeps, sealed. It looks alike for an address without an account, where no code fits. */
export type MailedCode = {
  id: string
  purpose: MailPurpose
  accountId: string
  /** What was typed, to show it and to ask again. */
  login: string
  codeDigest: string
  /** Void once the password changes, or everything of the account is ended. */
  state: string
  atMs: number
}

/**
 * Mails a code for a sign-in if the address has an account that may use one. The answer never tells, and takes as long.
 * Throws `AppError('too_many_requests', 429)`.
 */
export async function requestSignInCode(
  needs: Services,
  { login, ip }: { login: string; ip: string },
): Promise<MailedCode> {
  await takeNetworkRequest(needs, 'sign_in_code', ip, needs.clock())
  return evenly(ANSWER_STEP_MS, async () => {
    const account = await findSignInAccount(needs, login)
    const address = account?.emailCanonical ?? lookupLogin(login)
    const mayMail = await takeMail(needs, address, ip, needs.clock())
    const by = { action: 'sign_in.code_requested', actor: 'anonymous', ip } as const
    await recordAudit(needs.db, { ...by, atMs: needs.clock(), accountId: account?.id })
    const mayUse = account !== undefined && (await maySignInByMail(needs, account))
    const recipient = mayMail && mayUse ? account : undefined
    return issue(needs, { login, purpose: 'sign_in', account: recipient })
  })
}

/** Mails a code to somebody who gave the password. `limited`: the address had enough mails. Throws `AppError('too_many_requests', 429)`. */
export async function requestFactorCode(
  needs: Services,
  account: Account,
  ip: string,
): Promise<MailedCode | 'limited'> {
  const nowMs = needs.clock()
  await takeNetworkRequest(needs, 'sign_in_code', ip, nowMs)
  if (!(await takeMail(needs, account.emailCanonical, ip, nowMs))) return 'limited'
  const detail = { second_step: true }
  const entry = { atMs: nowMs, actor: account.id, accountId: account.id, ip, detail }
  await recordAudit(needs.db, { ...entry, action: 'sign_in.code_requested' })
  return issue(needs, { login: account.email, purpose: 'second_factor', account })
}

/** Off for administrators: their mailbox alone must not open the service. An unconfirmed address may be a stranger's. */
export async function maySignInByMail(
  { db, config }: Pick<Services, 'db' | 'config'>,
  account: Account,
): Promise<boolean> {
  if (!config.factors.emailSignIn || account.disabledAtMs !== null || !isVerified(account)) return false
  return !(await administers(db, account.id))
}

export type MailedCodeChecked =
  | { ok: true; account: Account }
  /** `over`: the code is too old, was used, or was guessed at too often. */
  | { ok: false; reason: 'wrong' | 'over' }

/** Uses a code up. Never inside a transaction: guesses are counted. */
export async function checkMailedCode(
  needs: Services,
  kept: MailedCode,
  typed: string,
): Promise<MailedCodeChecked> {
  const nowMs = needs.clock()
  if (nowMs - kept.atMs >= MAILED_CODE_MS) return { ok: false, reason: 'over' }
  const count = (what: 'guess' | 'use', limit: number) => {
    const bucket = keyedDigest(needs.config.keys.index, JSON.stringify(['mailed code', what, kept.id]))
    return takeFromBucket(needs.db, { bucket, limit, windowMs: 2 * MAILED_CODE_MS, nowMs })
  }
  if (!(await count('guess', GUESSES)).allowed) return { ok: false, reason: 'over' }
  const account = await findAccountById(needs.db, kept.accountId)
  const fits = equalsInConstantTime(digestOf(needs, kept.id, typed), kept.codeDigest)
  if (!fits || !account || account.disabledAtMs !== null) return { ok: false, reason: 'wrong' }
  if (proofState(account) !== kept.state) return { ok: false, reason: 'over' }
  return (await count('use', 1)).allowed ? { ok: true, account } : { ok: false, reason: 'over' }
}

type Issue = { login: string; purpose: MailPurpose; account: Account | undefined }

async function issue(needs: Services, { login, purpose, account }: Issue): Promise<MailedCode> {
  const nowMs = needs.clock()
  const id = randomToken(128)
  const code = String(randomInt(10 ** DIGITS)).padStart(DIGITS, '0')
  const shape = { id, purpose, login, atMs: nowMs }
  if (!account) {
    const nobody = { accountId: randomUUID(), state: randomToken(128).slice(0, 22) }
    return { ...shape, ...nobody, codeDigest: digestOf(needs, id, randomToken()) }
  }
  await inTransaction(needs.db, (trx) =>
    needs.outbox.enqueueMail(trx, {
      template: 'sign-in-code',
      ...mailTo(account),
      data: {
        name: account.name,
        purpose,
        code: `${code.slice(0, 4)} ${code.slice(4)}`,
        link: linkTo(needs.config, ACCOUNT_PATHS.signIn),
        expiresAtMs: nowMs + MAILED_CODE_MS,
      },
    }),
  )
  return {
    ...shape,
    accountId: account.id,
    state: proofState(account),
    codeDigest: digestOf(needs, id, code),
  }
}

function digestOf({ config }: Pick<Services, 'config'>, id: string, code: string): string {
  const digits = code.replaceAll(/[\s-]/g, '')
  return keyedDigest(config.keys.index, JSON.stringify(['mailed code', id, digits]))
}
