/** The first half of a sign-in by a mailed code, in place of a password. An account with a second factor still needs it. */
import type { Account } from '../accounts/account.ts'
import { needsSecondFactor } from '../accounts/second-factor-needed.ts'
import { recordAudit } from '../audit/audit.ts'
import type { SignInOrigin } from '../audit/sign-in-origin.ts'
import type { Services } from '../services.ts'
import { checkMailedCode, maySignInByMail } from './mailed-codes.ts'
import type { MailedCode } from './mailed-codes.ts'

/** RFC 8176: a one-time password. The mailbox received it. */
export const MAILED_CODE_AMR = ['otp']

export type SignedInByMail =
  | { ok: true; account: Account; amr: string[] }
  | { ok: false; reason: 'wrong' | 'over' }
  | { ok: false; reason: 'second_factor'; account: Account }

/** Starts no session. */
export async function signInByMail(
  needs: Services,
  given: { kept: MailedCode; code: string; ip: string; from: SignInOrigin },
): Promise<SignedInByMail> {
  const { kept, code, ip, from } = given
  if (kept.purpose !== 'sign_in') return { ok: false, reason: 'over' }
  const checked = await checkMailedCode(needs, kept, code)
  const record = (action: 'sign_in.succeeded' | 'sign_in.mail_accepted' | 'sign_in.failed', id?: string) =>
    recordAudit(needs.db, {
      atMs: needs.clock(),
      action,
      actor: action === 'sign_in.failed' ? 'anonymous' : (id ?? 'anonymous'),
      accountId: id,
      ip,
      detail: { ...from, factor: 'mail' },
    })
  if (!checked.ok) {
    // The address of no account has an id that nobody has.
    if (checked.reason === 'wrong') await record('sign_in.failed', await known(needs, kept.accountId))
    return checked
  }
  const { account } = checked
  if (!(await maySignInByMail(needs, account))) return { ok: false, reason: 'over' }
  if (await needsSecondFactor(needs.db, account.id)) {
    await record('sign_in.mail_accepted', account.id)
    return { ok: false, reason: 'second_factor', account }
  }
  await record('sign_in.succeeded', account.id)
  return { ok: true, account, amr: [...MAILED_CODE_AMR] }
}

async function known({ db }: Pick<Services, 'db'>, id: string): Promise<string | undefined> {
  const row: { id: string } | undefined = await db('accounts').where({ id }).first('id')
  return row?.id
}
