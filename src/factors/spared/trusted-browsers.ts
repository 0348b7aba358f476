/**
 * Browsers where the second step is not asked for, because the owner said so after one. The browser keeps a random secret,
 * and the table its digest. Trust is no factor: the sign-in has the methods and the level of its first step alone. Every
 * change of credentials ends it, in `consents/ended-access` and `factors/factor-changes`.
 */
import { randomUUID } from 'node:crypto'
import { lockAccount } from '../../accounts/account.ts'
import type { Account } from '../../accounts/account.ts'
import type { Actor } from '../../accounts/account-state.ts'
import { recordAudit } from '../../audit/audit.ts'
import type { SignInOrigin } from '../../audit/sign-in-origin.ts'
import { endTrust } from '../../consents/ended-access.ts'
import { inTransaction } from '../../platform/sql/database.ts'
import type { Db, Sql } from '../../platform/sql/database.ts'
import { purgeSome } from '../../platform/sql/purge.ts'
import { digest } from '../../platform/tokens.ts'
import type { Services } from '../../services.ts'
import { firstStepAmr, provenAccount } from '../finish-sign-in.ts'
import type { PasswordProof } from '../finish-sign-in.ts'
import { proofState } from '../proof-state.ts'
import { isRecentProof } from '../recent-proof.ts'
import { isFactorRequired } from '../required-factor.ts'

/** One account trusts at most so many. The one that was used least recently ends first. */
const MOST_BROWSERS = 10

export type TrustedBrowser = {
  id: string
  /** As in "Firefox on Linux". */
  browser: string
  trustedAtMs: number
  lastUsedAtMs: number | null
  expiresAtMs: number
  /** It is the browser that has this secret. */
  current: boolean
}

type Reading = Pick<Services, 'config' | 'clock'>

/** Whether this account may trust a browser. Where a second factor is required, each sign-in takes it. */
export async function mayTrust(needs: Pick<Services, 'db' | 'config'>, account: Account): Promise<boolean> {
  return needs.config.factors.trustedBrowserMs > 0 && !(await isFactorRequired(needs, account))
}

/**
 * Trusts the browser that has this secret, after a second step. `proof`: the first step. Answers false where the credentials
 * changed since, or the account may not.
 */
export async function trustBrowser(
  needs: Services,
  { proof, secret, browser, ip }: { proof: PasswordProof; secret: string; browser: string; ip: string },
): Promise<boolean> {
  const { accountId } = proof
  const nowMs = needs.clock()
  return inTransaction(needs.db, async (trx) => {
    const account = await lockAccount(trx, accountId)
    if (!account || account.disabledAtMs !== null || proofState(account) !== proof.state) return false
    if (!(await mayTrust({ config: needs.config, db: trx }, account))) return false
    if (!(await isRecentProof(trx, accountId, proof.atMs, nowMs))) return false
    const secretDigest = digest(secret)
    await endTrust(trx, accountId, { secretDigest })
    await endSurplus(trx, accountId)
    const expiresAtMs = nowMs + needs.config.factors.trustedBrowserMs
    await trx('trusted_browsers').insert({
      id: randomUUID(),
      accountId,
      secretDigest,
      browser: browser.slice(0, 100),
      trustedAtMs: nowMs,
      lastUsedAtMs: null,
      expiresAtMs,
    })
    const detail = { browser }
    const entry = { atMs: nowMs, actor: accountId, accountId, ip, detail }
    await recordAudit(trx, { ...entry, action: 'browser.trusted' })
    return true
  })
}

/** Finishes a sign-in without the second step, where this browser is trusted; starts no session. Nothing otherwise. */
export async function finishTrusted(
  needs: Services,
  given: { proof: PasswordProof; secret: string; ip: string; from: SignInOrigin },
): Promise<{ account: Account; amr: string[] } | undefined> {
  const { proof, secret, ip, from } = given
  const account = await provenAccount(needs, proof)
  if (!account || !(await mayTrust(needs, account)) || !(await use(needs, account.id, secret)))
    return undefined
  const { upstream, first } = proof
  const detail = {
    ...from,
    trusted: true,
    ...(upstream && { upstream: upstream.label }),
    ...(first && { mailed: true }),
  }
  const entry = { atMs: needs.clock(), actor: account.id, accountId: account.id, ip, detail }
  await recordAudit(needs.db, { ...entry, action: 'sign_in.succeeded' })
  return { account, amr: firstStepAmr(proof) }
}

/** The browsers that this account trusts now, the latest first. `secret`: of the browser that asks. */
export async function trustedBrowsersOf(
  sql: Sql,
  needs: Reading,
  accountId: string,
  secret?: string,
): Promise<TrustedBrowser[]> {
  type Row = Omit<TrustedBrowser, 'current'> & { secretDigest: string }
  const rows: Row[] = await inForce(sql, needs, accountId)
    .orderBy([{ column: 'trustedAtMs', order: 'desc' }, { column: 'id' }])
    .select('id', 'browser', 'trustedAtMs', 'lastUsedAtMs', 'expiresAtMs', 'secretDigest')
  const own = secret === undefined ? undefined : digest(secret)
  return rows.map(({ secretDigest, ...row }) => ({
    ...row,
    expiresAtMs: Math.min(row.expiresAtMs, row.trustedAtMs + needs.config.factors.trustedBrowserMs),
    current: secretDigest === own,
  }))
}

/** Ends the trust in one browser of this account, or in all of them. Answers whether there was any. */
export async function endTrustedBrowsers(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  accountId: string,
  which: { id: string } | 'all',
  by: Actor,
): Promise<boolean> {
  return inTransaction(db, async (trx) => {
    if (!(await lockAccount(trx, accountId))) return false
    const ended = await endTrust(trx, accountId, which === 'all' ? {} : { id: which.id })
    if (ended === 0) return false
    const entry = { ...by, atMs: clock(), accountId, detail: { browsers: ended } }
    await recordAudit(trx, { ...entry, action: 'browser.trust_ended' })
    return true
  })
}

/** One step: purges what has expired. Answers how many it found. */
export function purgeTrusted(db: Db, nowMs: number, limit: number): Promise<number> {
  const outdated = { table: 'trusted_browsers', key: 'id' }
  return purgeSome(db, { ...outdated, outdated: (rows) => rows.where('expiresAtMs', '<=', nowMs) }, limit)
}

async function use(needs: Reading & Pick<Services, 'db'>, accountId: string, secret: string) {
  const used = await inForce(needs.db, needs, accountId)
    .where({ secretDigest: digest(secret) })
    .update({ lastUsedAtMs: needs.clock() })
  return used === 1
}

/** A shorter setting ends the trust of before it as well; a longer one does not prolong it. */
function inForce(sql: Sql, { config, clock }: Reading, accountId: string) {
  const nowMs = clock()
  return sql('trusted_browsers')
    .where({ accountId })
    .where('expiresAtMs', '>', nowMs)
    .where('trustedAtMs', '>', nowMs - config.factors.trustedBrowserMs)
}

async function endSurplus(trx: Sql, accountId: string): Promise<void> {
  const ids: string[] = await trx('trusted_browsers')
    .where({ accountId })
    .orderByRaw('coalesce(last_used_at_ms, trusted_at_ms) desc')
    .pluck('id')
  const surplus = ids.slice(MOST_BROWSERS - 1)
  if (surplus.length > 0) await trx('trusted_browsers').whereIn('id', surplus).delete()
}
