/**
 * A code by mail before a sign-in, a registration or a reset: for people without scripts, and for unknown browsers
 * of an account that is under attack. The answer is the same for every address.
 */
import { takeMail, takeNetworkRequest } from '../../attempts/account-limits.ts'
import { ANSWER_STEP_MS, evenly } from '../../attempts/even-timing.ts'
import { checkMailedCode, issueMailedCode } from '../../attempts/mailbox-pass.ts'
import type { CodeChecked } from '../../attempts/mailbox-pass.ts'
import { takeSolution } from '../../attempts/puzzle.ts'
import { inTransaction } from '../../platform/sql/database.ts'
import type { Services } from '../../services.ts'
import { mailCheckCode } from '../account-mail.ts'
import { greeted } from '../unproven-owner.ts'
import { findSignInAccount, isUsername, lookupLogin } from '../username.ts'

export type CheckRequest = {
  /** An address or a user name. */
  login: string
  /** A registration mails the address also where it has no account. */
  registers: boolean
  ip: string
  solution?: string | undefined
}

/** Answers what the browser keeps until the code is typed. Throws `too_many_requests` (429). */
export async function requestCheck(needs: Services, given: CheckRequest): Promise<string> {
  const { login: address, solution, ip } = given
  const solved = solution !== undefined && (await takeSolution(needs, { solution, address, ip }))
  await takeNetworkRequest(needs, solved ? 'check' : 'unsolved check', ip, needs.clock())
  return evenly(ANSWER_STEP_MS, async () => {
    const account = await findSignInAccount(needs, given.login)
    const of = account?.emailCanonical ?? lookupLogin(given.login)
    const issued = issueMailedCode(needs, of)
    const known = account?.disabledAtMs === null ? greeted(account) : undefined
    const stranger = given.registers && !account && !isUsername(given.login)
    const to =
      known ?? (stranger ? { email: given.login, name: '', locale: null, zoneinfo: null } : undefined)
    const mayMail = await takeMail(needs, of, given.ip, needs.clock())
    if (to && mayMail) await inTransaction(needs.db, (trx) => mailCheckCode(needs, trx, to, issued))
    return issued.waiting
  })
}

/** A pass for the address. Five codes may be wrong. */
export function confirmCheck(
  needs: Services,
  given: { waiting: string; code: string },
): Promise<CodeChecked> {
  return checkMailedCode(needs, given)
}
