/**
 * One-time tokens: what a mailed link carries. Only a digest is stored; using one is a single conditional UPDATE; a new
 * one kills the older of its purpose. A link alone is not enough, since mail scanners open links: it also takes the browser
 * that asked, or the code from the mail, of which few guesses are allowed.
 */
import { randomCode, readCode } from '../attempts/mailed-code.ts'
import { DAY_MS, HOUR_MS } from '../platform/clock.ts'
import type { Db, Sql } from '../platform/sql/database.ts'
import { digest, equalsInConstantTime, keyedDigest, randomToken } from '../platform/tokens.ts'
import { lockAccount } from './account.ts'

/**
 * `disown`: "This was not me", said of a sign-in. `new_address`: proves the address that somebody changes to.
 * `former_address`: takes an account back to the address that it had.
 */
export type TokenPurpose = 'activation' | 'reset' | 'disown' | 'new_address' | 'former_address'

/** The longest a token of each purpose may live. */
export const TOKEN_LIFETIME_MS: Record<TokenPurpose, number> = {
  activation: 2 * DAY_MS,
  reset: HOUR_MS,
  disown: 7 * DAY_MS,
  new_address: DAY_MS,
  former_address: 7 * DAY_MS,
}

/** Each token of these is about an event of its own, so a new one kills none. */
const SIDE_BY_SIDE: ReadonlySet<TokenPurpose> = new Set(['disown', 'former_address'])

export const MAX_CODE_ATTEMPTS = 5

export type OneTimeToken = {
  digest: string
  accountId: string
  purpose: TokenPurpose
  /** The address that the mail went to, hence the mailbox that using the token proves. */
  emailCanonical: string
  /** As typed: the address that the account has once the token is used; null where it changes none. */
  email: string | null
  codeDigest: string
  browserDigest: string | null
  /** The password chosen with this request; takes effect only when the token is used. */
  passwordHash: string | null
  /** The passkey made with this request in place of a password, as JSON; takes effect only when the token is used. */
  passkey: string | null
  /** Of its credential id. */
  credentialDigest: string | null
  /** The profile typed with this request, for `readProfile`; takes effect with its password. */
  profile: string | null
  /** Sealed: where the browser that asked was going. Nothing to this file. */
  wayBack: string | null
  attempts: number
  expiresAtMs: number
  usedAtMs: number | null
  /** When using it signed in the browser that asked. */
  signedInAtMs: number | null
  createdAtMs: number
}

const COLUMNS = [
  'digest',
  'accountId',
  'purpose',
  'emailCanonical',
  'email',
  'codeDigest',
  'browserDigest',
  'passwordHash',
  'passkey',
  'credentialDigest',
  'profile',
  'wayBack',
  'attempts',
  'expiresAtMs',
  'usedAtMs',
  'signedInAtMs',
  'createdAtMs',
] as const

export type TokenRequest = {
  accountId: string
  purpose: TokenPurpose
  emailCanonical: string
  email?: string | null
  /** `browserDigestOf` the browser that asked; without it the link always takes the code. */
  browserDigest?: string | null
  passwordHash?: string | null
  passkey?: string | null
  credentialDigest?: string | null
  profile?: string | null
  wayBack?: string | null
  /** Cut to `TOKEN_LIFETIME_MS`. */
  lifetimeMs: number
}

export type IssuedToken = { token: string; code: string; expiresAtMs: number }

/** Makes a token in the caller's transaction and kills the account's earlier one of the same purpose, except of `SIDE_BY_SIDE`. */
export async function issueToken(
  trx: Sql,
  key: Buffer,
  request: TokenRequest,
  nowMs: number,
): Promise<IssuedToken> {
  const { accountId, purpose, emailCanonical, browserDigest = null, passwordHash = null } = request
  const { wayBack = null, profile = null, email = null, passkey = null, credentialDigest = null } = request
  const token = randomToken()
  const code = randomCode()
  const expiresAtMs = nowMs + Math.min(request.lifetimeMs, TOKEN_LIFETIME_MS[purpose])
  // Two requests at once follow one another here, else both their tokens would live.
  await lockAccount(trx, accountId)
  if (!SIDE_BY_SIDE.has(purpose)) await trx('one_time_tokens').where({ accountId, purpose }).delete()
  await trx('one_time_tokens').insert({
    digest: digest(token),
    accountId,
    purpose,
    emailCanonical,
    email,
    codeDigest: codeDigest(key, digest(token), code),
    browserDigest,
    passwordHash,
    passkey,
    credentialDigest,
    profile,
    wayBack,
    attempts: 0,
    expiresAtMs,
    usedAtMs: null,
    createdAtMs: nowMs,
  })
  return { token, code, expiresAtMs }
}

export function browserDigestOf(browserSecret: string | undefined): string | null {
  return browserSecret ? digest(browserSecret) : null
}

/** `askedFrom`: as `wayBack`, also in another browser. There it names the app, and leads nowhere. */
export type TokenPreview =
  /** `actsHere`: this is the browser that asked, so neither code nor button is needed. */
  | {
      state: 'live'
      actsHere: boolean
      accountId: string
      emailCanonical: string
      email: string | null
      /** Registered with a passkey, in place of a password. */
      hasPasskey: boolean
      codeAttemptsLeft: number
      wayBack: string | null
      askedFrom: string | null
    }
  | { state: 'used'; accountId: string; wayBack: string | null; askedFrom: string | null }
  | { state: 'expired' | 'unknown' }

/** What a link would do; changes nothing, so that GET and HEAD may call it. */
export async function previewToken(
  sql: Sql,
  given: { token: string; purpose: TokenPurpose; browser?: string | undefined },
  nowMs: number,
): Promise<TokenPreview> {
  const row = await findToken(sql, { digest: digest(given.token), purpose: given.purpose })
  if (!row) return { state: 'unknown' }
  const actsHere = isSameBrowser(row, given.browser)
  // Of no use, and none of its business, to any other browser.
  const wayBack = actsHere ? row.wayBack : null
  const { accountId, wayBack: askedFrom } = row
  if (row.usedAtMs !== null) return { state: 'used', accountId, wayBack, askedFrom }
  if (row.expiresAtMs <= nowMs) return { state: 'expired' }
  return {
    state: 'live',
    actsHere,
    wayBack,
    askedFrom,
    accountId,
    emailCanonical: row.emailCanonical,
    email: row.email,
    hasPasskey: row.passkey !== null,
    codeAttemptsLeft: Math.max(0, MAX_CODE_ATTEMPTS - row.attempts),
  }
}

/** Why a link did nothing. `used`: it had its effect before; `exhausted`: too many wrong codes. */
export type TokenRefusal = 'invalid_token' | 'used' | 'wrong_code' | 'exhausted'
export type TokenProof = { ok: true; row: OneTimeToken } | { ok: false; reason: TokenRefusal }

/** Which token, and what is given along with it: the cookie of the browser that asked, or the code from the mail. */
export type TokenEvidence = {
  browser?: string | undefined
  code?: string | undefined
  /** The caller compares the account's password next. That guess is counted in place of one of the code. */
  passwordFollows?: boolean
}
export type TokenKey = { purpose: TokenPurpose } & ({ token: string } | { accountId: string })

/**
 * Checks the evidence without using the token; `useToken` follows in the transaction of the change. A guess of the code is
 * counted before it is compared. Never inside a transaction: the count must stay.
 */
export async function proveToken(
  db: Db,
  key: Buffer,
  which: TokenKey,
  evidence: TokenEvidence,
  nowMs: number,
): Promise<TokenProof> {
  const { purpose } = which
  const found = 'token' in which ? { digest: digest(which.token) } : { accountId: which.accountId }
  const row = await findToken(db, { ...found, purpose })
  if (row && row.usedAtMs !== null) return { ok: false, reason: 'used' }
  if (!row || row.expiresAtMs <= nowMs) return { ok: false, reason: 'invalid_token' }
  if (isSameBrowser(row, evidence.browser)) return { ok: true, row }
  const { code, passwordFollows = false } = evidence
  if (code === undefined && !passwordFollows) return { ok: false, reason: 'wrong_code' }
  if (!(await takeCodeAttempt(db, row.digest, nowMs))) return { ok: false, reason: 'exhausted' }
  if (code === undefined) return { ok: true, row }
  return isCodeOf(key, row, code) ? { ok: true, row } : { ok: false, reason: 'wrong_code' }
}

/** Uses the token up, in the transaction of what it is for. Of any number of callers exactly one gets true. */
export async function useToken(trx: Sql, tokenDigest: string, nowMs: number): Promise<boolean> {
  const used = await trx('one_time_tokens')
    .where({ digest: tokenDigest })
    .whereNull('usedAtMs')
    .where('expiresAtMs', '>', nowMs)
    .update({ usedAtMs: nowMs })
  return used === 1
}

/** True for the code of this token, also where that was used. The caller counts the guess. */
export function isCodeOf(key: Buffer, row: OneTimeToken, code: string): boolean {
  return equalsInConstantTime(row.codeDigest, codeDigest(key, row.digest, code))
}

/** The account's live token of a purpose, if it has one. */
export async function findLiveToken(
  sql: Sql,
  accountId: string,
  purpose: TokenPurpose,
  nowMs: number,
): Promise<OneTimeToken | undefined> {
  const row = await findToken(sql, { accountId, purpose })
  return row && row.usedAtMs === null && row.expiresAtMs > nowMs ? row : undefined
}

/** Used or not. */
export async function findToken(sql: Sql, where: Partial<OneTimeToken>): Promise<OneTimeToken | undefined> {
  return sql<OneTimeToken>('one_time_tokens')
    .where(where)
    .first(...COLUMNS)
}

async function takeCodeAttempt(db: Db, tokenDigest: string, nowMs: number): Promise<boolean> {
  const taken = await db('one_time_tokens')
    .where({ digest: tokenDigest })
    .whereNull('usedAtMs')
    .where('expiresAtMs', '>', nowMs)
    .where('attempts', '<', MAX_CODE_ATTEMPTS)
    .increment('attempts', 1)
  return taken === 1
}

/** Whether this browser asked for the token. */
export function isSameBrowser(row: OneTimeToken, browser: string | undefined): boolean {
  return row.browserDigest !== null && row.browserDigest === browserDigestOf(browser)
}

// Bound to its token, and keyed: a stolen table cannot be searched for so short a code.
function codeDigest(key: Buffer, tokenDigest: string, code: string): string {
  return keyedDigest(key, `code:${tokenDigest}:${readCode(code)}`)
}
