/** Signing in with a passkey: alone, or as the second step after the password. Starts no session. */
import type { Account } from '../accounts/account.ts'
import { passkeyAmr } from '../accounts/passkeys/passkey.ts'
import { recordAudit } from '../audit/audit.ts'
import type { SignInOrigin } from '../audit/sign-in-origin.ts'
import { provenAccount } from '../factors/finish-sign-in.ts'
import type { PasswordProof } from '../factors/finish-sign-in.ts'
import type { Services } from '../services.ts'
import type { ChallengePlace } from './challenges.ts'
import { usePasskey } from './using.ts'
import type { PasskeyAnswer, PasskeyUsed, Refusal } from './using.ts'

export type SignInAnswer = PasskeyAnswer & { from?: SignInOrigin | undefined }

export type PasskeySignIn =
  | { ok: true; account: Account; amr: string[] }
  /** `over`: the proof of the password is void or too old. */
  | { ok: false; reason: Refusal | 'over' }

/** Signs in without a password: the passkey names the account. */
export async function signInWithPasskey(needs: Services, given: SignInAnswer): Promise<PasskeySignIn> {
  const used = await usePasskey(needs, given, { purpose: 'sign-in', browser: given.browser })
  await audit(needs, used, given, 'sign_in.failed')
  if (!used.ok) return used
  return { ok: true, account: used.account, amr: passkeyAmr(used.passkey) }
}

/** After the password, a code by mail, or another provider. The passkey has to be of the same account. */
export async function finishWithPasskey(
  needs: Services,
  given: SignInAnswer & { proof: PasswordProof },
): Promise<PasskeySignIn> {
  const account = await provenAccount(needs, given.proof)
  if (!account) return { ok: false, reason: 'over' }
  const place = secondStepPlace(given.browser, account.id)
  const used = await usePasskey(needs, given, place)
  const { upstream, first: mailed } = given.proof
  const from = {
    ...given.from,
    ...(upstream && { upstream: upstream.label }),
    ...(mailed !== undefined && { mailed: true }),
  }
  await audit(needs, used, { ...given, from, known: account.id }, 'second_factor.failed')
  if (!used.ok) return used
  const first = upstream?.amr ?? [mailed ?? 'pwd']
  return { ok: true, account: used.account, amr: [...new Set([...first, ...passkeyAmr(used.passkey)])] }
}

/** Asks a signed-in person for one of their passkeys again. */
export async function confirmWithPasskey(
  needs: Services,
  accountId: string,
  given: SignInAnswer,
): Promise<PasskeySignIn> {
  const place = { purpose: 'confirm', browser: given.browser, subject: accountId } as const
  const used = await usePasskey(needs, given, place)
  const from = { ...given.from, confirmation: true }
  await audit(needs, used, { ...given, from, known: accountId }, 'sign_in.failed')
  if (!used.ok) return used
  return { ok: true, account: used.account, amr: passkeyAmr(used.passkey) }
}

export function secondStepPlace(browser: string, accountId: string): ChallengePlace {
  return { purpose: 'second-step', browser, subject: accountId }
}

/** An answer that belongs to no account leaves no entry: anybody could fill the trail with them. `known`: the account that it is for. */
async function audit(
  needs: Services,
  used: PasskeyUsed,
  { ip, from, known }: SignInAnswer & { known?: string },
  failed: 'sign_in.failed' | 'second_factor.failed',
): Promise<void> {
  const accountId = known ?? used.account?.id
  if (accountId === undefined) return
  await recordAudit(needs.db, {
    atMs: needs.clock(),
    action: used.ok ? 'sign_in.succeeded' : failed,
    actor: used.ok ? accountId : 'anonymous',
    accountId,
    ip,
    detail: {
      ...from,
      factor: 'passkey',
      ...(failed === 'sign_in.failed' && { passwordless: true }),
      ...(!used.ok && { why: used.reason }),
    },
  })
}
