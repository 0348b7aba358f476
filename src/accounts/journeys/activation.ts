/**
 * Activation proves the mailbox and the password. In the browser that registered, opening the link proves both, and so does
 * the code (`activation-here.ts`). Elsewhere it takes the code from the mail and the password, or a new password in its
 * place. A signed-in person gives the code only.
 */
import { inTransaction } from '../../platform/sql/database.ts'
import type { Sql } from '../../platform/sql/database.ts'
import { findAccountById, isVerified, lockAccount, markVerified } from '../account.ts'
import type { Account } from '../account.ts'
import { recordAudit } from '../../audit/audit.ts'
import { endAllAccess } from '../../consents/ended-access.ts'
import type { EndedAccess } from '../../grant-store/access-endings.ts'
import { proveToken, useToken } from '../one-time-token.ts'
import type { OneTimeToken, TokenEvidence, TokenKey, TokenRefusal } from '../one-time-token.ts'
import { takeSignIn } from './own-token.ts'
import { chooseNewPassword } from './new-password.ts'
import type { PasswordRefusal } from './new-password.ts'
import { findCredential } from '../passkeys/passkey.ts'
import type { NewPasskey } from '../passkeys/passkey.ts'
import { keepRegistered, readPasskey } from '../passkeys/registered-passkey.ts'
import { forgetPassword, storePassword } from '../../passwords/stored-password.ts'
import { provenProfile, readProfile, replaceUnproven } from '../unproven-owner.ts'
import type { TypedProfile } from '../unproven-owner.ts'
import { settleRegistration } from '../registrations/registration-mode.ts'
import type { Services } from '../../services.ts'
import { claimUsername } from '../username.ts'

export type Activated =
  /** `passkey`: what was proven in place of a password. */
  | { ok: true; accountId: string; passkey?: NewPasskey | undefined }
  | { ok: false; reason: TokenRefusal | 'wrong_password' }
  | PasswordRefusal

/**
 * By the link alone: only in the browser that registered; anywhere else `wrong_code`, with nothing changed. `signsIn`: the
 * caller signs that browser in.
 */
export async function activate(
  needs: Services,
  given: { token: string; browser: string | undefined; ip?: string; signsIn?: boolean },
): Promise<Activated> {
  const proof = await prove(needs, { token: given.token }, { browser: given.browser })
  if (!proof.ok) return proof
  return finishActivation(needs, proof.row, ofRequest(proof.row), given)
}

/** What came with the mail: its link, or the account together with its code. */
export type Mailed = { token: string; code?: string | undefined } | { accountId: string; code: string }

/**
 * By what was mailed, and the password that was chosen at registration. The pages also ask for the code of a link: programs
 * that open links cannot know it. Throws `AppError('hashing_busy', 503)`.
 */
export async function activateElsewhere(
  needs: Services,
  given: Mailed & { password: string; ip?: string },
): Promise<Activated> {
  const proof = await prove(needs, given, { code: given.code, passwordFollows: 'token' in given })
  if (!proof.ok) return proof
  const account = await findAccountById(needs.db, proof.row.accountId)
  // The password of this request, or of the one that made the account.
  for (const candidate of new Set([proof.row.passwordHash, account?.passwordHash])) {
    if (candidate && (await needs.hasher.verify(candidate, given.password))) {
      const proven = candidate === proof.row.passwordHash ? ofRequest(proof.row) : AS_IT_IS
      return finishActivation(needs, proof.row, proven, given)
    }
  }
  return { ok: false, reason: 'wrong_password' }
}

/** By the code, the link or account, and a new password: the one set at registration dies, and with it the name. */
export async function activateWithNewPassword(
  needs: Services,
  given: Mailed & { newPassword: string; name?: string | undefined; ip?: string },
): Promise<Activated> {
  const proof = await prove(needs, given, { code: given.code })
  if (!proof.ok) return proof
  const chosen = await chooseNewPassword(needs, proof.row.accountId, given)
  if (!chosen.ok) return chosen
  const { account, passwordHash, name } = chosen
  const proven = { passwordHash, profile: provenProfile(account, name) }
  return finishActivation(needs, proof.row, proven, given)
}

/** By the code of the mail, and the passkey that registered: it may be on this device as well. `signed`: whether it did. */
export async function activateWithPasskey(
  needs: Services,
  given: {
    token: string
    code: string
    signed: (passkey: NewPasskey) => Promise<boolean>
    ip?: string | undefined
  },
): Promise<Activated | { ok: false; reason: 'wrong_passkey' }> {
  const proof = await prove(needs, { token: given.token }, { code: given.code })
  if (!proof.ok) return proof
  const proven = ofRequest(proof.row)
  const { passkey } = proven
  if (!passkey || !(await given.signed(passkey))) return { ok: false, reason: 'wrong_passkey' }
  return finishActivation(needs, proof.row, proven, given)
}

/** By the code alone, for a person who is signed in and has thereby given the account's password, which stays. */
export async function activateSignedIn(
  needs: Services,
  given: { accountId: string; code: string; ip?: string },
): Promise<Activated> {
  const proof = await prove(needs, { accountId: given.accountId }, { code: given.code })
  return proof.ok ? finishActivation(needs, proof.row, AS_IT_IS, given) : proof
}

/** What becomes the account's: the password or passkey that was proven, and what was typed along with it. */
export type Proven = {
  passwordHash: string | null
  passkey?: NewPasskey | undefined
  profile: TypedProfile | undefined
}

/** The account's own password was given, so its name is that person's too. */
const AS_IT_IS: Proven = { passwordHash: null, profile: undefined }

function ofRequest({ passwordHash, passkey, profile }: OneTimeToken): Proven {
  const made = passkey === null ? undefined : readPasskey(passkey)
  return { passwordHash, passkey: made, profile: readProfile(profile) }
}

type Which = { token: string } | { accountId: string }

async function prove(needs: Services, which: Which, evidence: TokenEvidence) {
  const found = 'token' in which ? { token: which.token } : { accountId: which.accountId }
  const key: TokenKey = { ...found, purpose: 'activation' }
  return proveToken(needs.db, needs.config.keys.index, key, evidence, needs.clock())
}

/** With a proof at hand. `signsIn`: the browser of this request is signed in next, so no other one is by this token. */
export async function finishActivation(
  needs: Services,
  row: OneTimeToken,
  proven: Proven,
  { ip, signsIn = false }: { ip?: string | undefined; signsIn?: boolean },
): Promise<Activated> {
  const outcome = await inTransaction(needs.db, async (trx) => {
    const nowMs = needs.clock()
    const account = await lockAccount(trx, row.accountId)
    if (!account || account.disabledAtMs !== null) return 'invalid_token'
    // The password of a verified account is never changed from here, for any link.
    if (isVerified(account)) return 'used'
    if (await isTaken(trx, proven)) return 'invalid_token'
    if (!(await useToken(trx, row.digest, nowMs))) return 'used'
    if ((await settleRegistration(needs, trx, account, nowMs)) === 'refused') return 'invalid_token'
    if (!(await markVerified(trx, account.id, row.emailCanonical, nowMs))) return 'invalid_token'
    if (signsIn) await takeSignIn(trx, row.digest, nowMs, nowMs)
    const { id: accountId } = account
    const ended = await replaceOwner(needs, trx, account, proven, nowMs)
    await claimUsername(trx, accountId, usernameFor(account, row, proven))
    const by = { atMs: nowMs, actor: accountId, ip }
    await recordAudit(trx, { ...by, action: 'account.activated', accountId })
    if (proven.passkey) await keepRegistered(trx, accountId, proven.passkey, by)
    return ended
  })
  if (outcome === 'invalid_token' || outcome === 'used') return { ok: false, reason: outcome }
  if (outcome) await needs.revokeAccess(outcome)
  return { ok: true, accountId: row.accountId, passkey: proven.passkey }
}

/** Its authenticator signs in to another account. */
async function isTaken(trx: Sql, { passkey }: Proven): Promise<boolean> {
  return passkey !== undefined && (await findCredential(trx, passkey.credentialId)) !== undefined
}

/** The name of this request, if its person is the one who proved the mailbox: the password of the request stays. */
function usernameFor(account: Account, row: OneTimeToken, { passwordHash, profile }: Proven): string | null {
  if (account.username !== null) return null
  const same = row.passwordHash !== null && row.passwordHash === (passwordHash ?? account.passwordHash)
  return (same ? readProfile(row.profile) : profile)?.username ?? null
}

/** Who signed in with the password that dies here is signed out, and leaves neither name nor consents. */
async function replaceOwner(
  needs: Services,
  trx: Sql,
  account: Account,
  { passwordHash, passkey, profile }: Proven,
  nowMs: number,
): Promise<EndedAccess | undefined> {
  if (!passkey && (passwordHash === null || passwordHash === account.passwordHash)) return undefined
  if (passwordHash === null) await forgetPassword(trx, account.id, nowMs)
  else await storePassword(trx, account.id, passwordHash, nowMs)
  await replaceUnproven(trx, account, profile, nowMs)
  return endAllAccess(needs, trx, account.id, nowMs)
}
