/** A passkey in use: its challenge, its signature, its counter. Who may then do what is the caller's question. */
import { findAccountById } from '../accounts/account.ts'
import type { Account } from '../accounts/account.ts'
import { isWaiting } from '../accounts/registrations/approvals.ts'
import { recordFactorChange } from '../factors/factor-changes.ts'
import { stopFactorReset } from '../factors/factor-resets.ts'
import { DAY_MS } from '../platform/clock.ts'
import { inTransaction } from '../platform/sql/database.ts'
import type { Services } from '../services.ts'
import { challengeOf, readAssertion } from './answers.ts'
import { useChallenge } from './challenges.ts'
import type { ChallengePlace } from './challenges.ts'
import { checkAssertion } from './checks.ts'
import type { SignedWith } from './checks.ts'
import { findCredential, recordUse, takeWarning } from '../accounts/passkeys/passkey.ts'
import type { Passkey } from '../accounts/passkeys/passkey.ts'
import { isRegistrationWaiting } from '../accounts/passkeys/registered-passkey.ts'

/** At most so often the owner gets a mail about one passkey. */
const WARN_EVERY_MS = DAY_MS

export type PasskeyAnswer = {
  /** What the browser sent, as JSON. */
  response: string
  /** The token of this browser's forms. */
  browser: string
  ip: string
}

/**
 * `expired`: the page was open for too long. `unknown`: no account here has this passkey (any more). `disabled`: the right
 * passkey of an account that may not sign in. `waits`: one that an operator has to approve. `unconfirmed`: a registration with
 * it waits for its mail. `refused`: anything else.
 */
export type Refusal = 'expired' | 'unknown' | 'disabled' | 'waits' | 'unconfirmed' | 'refused'

export type PasskeyUsed =
  | { ok: true; account: Account; passkey: Passkey; userVerified: boolean }
  | { ok: false; reason: Refusal; account?: Account }

/**
 * Checks an answer, and uses its challenge up. `place.subject`: the account that has to own the passkey, where it is known.
 * Verification of the person is required, except after a password.
 */
export async function usePasskey(
  needs: Services,
  { response, ip }: Pick<PasskeyAnswer, 'response' | 'ip'>,
  place: ChallengePlace,
): Promise<PasskeyUsed> {
  const assertion = readAssertion(response)
  if (!assertion || needs.config.factors.passkeys.domain === undefined)
    return { ok: false, reason: 'refused' }
  const isFresh = await useChallenge(needs, challengeOf(assertion), place)
  if (isFresh !== 'ok') return { ok: false, reason: isFresh === 'expired' ? 'expired' : 'refused' }
  const passkey = await findCredential(needs.db, assertion.id)
  const account = passkey && (await findAccountById(needs.db, passkey.accountId))
  if (!passkey || !account) return { ok: false, reason: await whyUnknown(needs, assertion.id) }
  if (place.subject !== undefined && place.subject !== account.id) return { ok: false, reason: 'refused' }
  const signed = await checkAssertion(needs, assertion, passkey, place.purpose !== 'second-step')
  if (!signed) return { ok: false, reason: 'refused', account }
  if (account.disabledAtMs !== null)
    return { ok: false, reason: (await isWaiting(needs.db, account.id)) ? 'waits' : 'disabled', account }
  await noteUse(needs, { account, passkey, signed, ip })
  // Who has a factor did not lose them all.
  await stopFactorReset(needs, account.id, { actor: account.id, ip })
  return { ok: true, account, passkey, userVerified: signed.userVerified }
}

/** A password manager forgets an unknown passkey, so one that is about to have an account is no such. */
async function whyUnknown({ db, clock }: Services, credentialId: string): Promise<Refusal> {
  return (await isRegistrationWaiting(db, credentialId, clock())) ? 'unconfirmed' : 'unknown'
}

type Use = { account: Account; passkey: Passkey; signed: SignedWith; ip: string }

/** A counter that went back is a warning. Password managers that share a passkey count in their own ways. */
async function noteUse(needs: Services, { account, passkey, signed, ip }: Use): Promise<void> {
  const nowMs = needs.clock()
  if (await recordUse(needs.db, passkey, { ...signed, nowMs })) return
  await inTransaction(needs.db, async (trx) => {
    if (!(await takeWarning(trx, passkey, nowMs, WARN_EVERY_MS))) return
    const by = { actor: account.id, ip }
    const { name: passkeyName } = passkey
    await recordFactorChange(needs, trx, { account, by, kind: 'passkey_copied', passkeyName, nowMs })
  })
}
