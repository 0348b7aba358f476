/**
 * The second half of a sign-in, for an account with a second factor. Between the halves the browser or app holds a proof
 * of the password. It is void once the password changes, or everything of the account is ended.
 */
import { findAccountById } from '../accounts/account.ts'
import type { Account } from '../accounts/account.ts'
import type { SignInOrigin } from '../audit/sign-in-origin.ts'
import { needsSecondFactor } from '../accounts/second-factor-needed.ts'
import { recordAudit } from '../audit/audit.ts'
import { proofState } from './proof-state.ts'
import { checkSecondFactor } from './second-factor.ts'
import type { SecondFactor } from './second-factor.ts'
import { MINUTE_MS } from '../platform/clock.ts'
import type { Sql } from '../platform/sql/database.ts'
import type { Services } from '../services.ts'

/** How long after the password the code can be given. */
export const SECOND_STEP_MS = 10 * MINUTE_MS

/** How long a sign-in at another provider can be finished where no code is asked for: longer than any redirect takes. */
export const UPSTREAM_STEP_MS = 2 * MINUTE_MS

/** Says that somebody gave the right password or the code of a mail, or came from another provider. The caller keeps it sealed. */
export type PasswordProof = {
  accountId: string
  /** A digest of what voids the proof when it changes. */
  state: string
  atMs: number
  /** Of a sign-in at another provider, in place of the password. */
  upstream?: UpstreamProof | undefined
  /** The method of the first step where it was not the password (RFC 8176). */
  first?: 'otp' | undefined
}

/**
 * `label`: the name of the provider. `amr`: what its sign-in counts for here. `session`: names what `upstreams` keeps of the
 * session there.
 */
export type UpstreamProof = { label: string; amr: string[]; session?: string | undefined }

/** `account` as it was when its password was checked. */
export function passwordProof(account: Account, nowMs: number): PasswordProof {
  return { accountId: account.id, state: proofState(account), atMs: nowMs }
}

/** The account that still waits for its code. Nothing when the proof is void or too old, or no code is needed any more. */
export async function provenAccount(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  proof: PasswordProof,
): Promise<Account | undefined> {
  const account = await accountOf({ db, clock }, proof, SECOND_STEP_MS)
  return account && (await asksForCode(db, proof)) ? account : undefined
}

/** Finishes a sign-in at another provider where no code is asked for; starts no session. Nothing otherwise. */
export async function finishUpstreamSignIn(
  needs: Pick<Services, 'db' | 'clock'>,
  { proof, ip, from }: { proof: PasswordProof; ip: string; from: SignInOrigin },
): Promise<{ account: Account; amr: string[] } | undefined> {
  const { upstream } = proof
  const account = upstream && (await accountOf(needs, proof, UPSTREAM_STEP_MS))
  if (!account || (await asksForCode(needs.db, proof))) return undefined
  await recordAudit(needs.db, {
    atMs: needs.clock(),
    action: 'sign_in.succeeded',
    actor: account.id,
    accountId: account.id,
    ip,
    detail: { ...from, upstream: upstream.label },
  })
  return { account, amr: upstream.amr }
}

export type SignInFinished =
  | { ok: true; account: Account; factor: SecondFactor; amr: string[] }
  /** `over`: the proof of the password is void or too old. The sign-in begins again. */
  | { ok: false; reason: 'wrong' | 'over' }
  | { ok: false; reason: 'blocked'; retryAfterSeconds: number }

/** Checks the code; starts no session. Never inside a transaction: guesses are counted. */
export async function finishSignIn(
  needs: Services,
  given: { proof: PasswordProof; code: string; ip: string; from?: SignInOrigin | undefined },
): Promise<SignInFinished> {
  const { proof, code, ip } = given
  const from = proof.upstream ? { ...given.from, upstream: proof.upstream.label } : given.from
  const account = await provenAccount(needs, proof)
  if (!account) return { ok: false, reason: 'over' }
  const checked = await checkSecondFactor(needs, { accountId: account.id, code, ip, from })
  if (!checked.ok) return checked
  await recordAudit(needs.db, {
    atMs: needs.clock(),
    action: 'sign_in.succeeded',
    actor: account.id,
    accountId: account.id,
    ip,
    detail: { ...from, factor: checked.factor, ...(proof.first !== undefined && { mailed: true }) },
  })
  return { ok: true, account, factor: checked.factor, amr: withFirstStep(proof, checked.amr) }
}

async function accountOf(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  proof: PasswordProof,
  lifetimeMs: number,
): Promise<Account | undefined> {
  if (clock() - proof.atMs >= lifetimeMs) return undefined
  const account = await findAccountById(db, proof.accountId)
  if (!account || account.disabledAtMs !== null || proofState(account) !== proof.state) return undefined
  return account
}

/** A second factor at another provider counts only where its definition says so; `upstreams` decides that. */
async function asksForCode(sql: Sql, { accountId, upstream }: PasswordProof): Promise<boolean> {
  return !upstream?.amr.includes('mfa') && (await needsSecondFactor(sql, accountId))
}

/** The methods of the first step alone (RFC 8176). */
export function firstStepAmr({ upstream, first }: PasswordProof): string[] {
  return [...(upstream?.amr ?? [first ?? 'pwd'])]
}

/** What came in place of the password, and no password. */
function withFirstStep({ upstream, first }: PasswordProof, amr: string[]): string[] {
  const before = upstream?.amr ?? (first && [first])
  return before ? [...new Set([...before, ...amr.filter((method) => method !== 'pwd')])] : amr
}
