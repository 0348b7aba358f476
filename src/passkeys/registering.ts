/** Checks what an authenticator made at registration, and signed where the mail was opened. `accounts/passkeys` keeps it. */
import { findCredential } from '../accounts/passkeys/passkey.ts'
import type { NewPasskey } from '../accounts/passkeys/passkey.ts'
import type { Made } from '../accounts/passkeys/registered-passkey.ts'
import { digest } from '../platform/tokens.ts'
import type { Services } from '../services.ts'
import { challengeOf, readAssertion, readCreation } from './answers.ts'
import { useChallenge } from './challenges.ts'
import type { ChallengePlace } from './challenges.ts'
import { checkAssertion, checkCreation } from './checks.ts'
import { defaultName } from './default-name.ts'
import { creationOptions, openHandle } from './options.ts'
import type { CreationOptions } from './options.ts'

/** There is no account yet that a challenge could name. */
const SUBJECT = ''

/** Undefined where this server has no passkeys. The script of the page fills in the typed address. */
export function beginRegistration(
  needs: Pick<Services, 'config' | 'clock' | 'sealer'>,
  browser: string,
): CreationOptions | undefined {
  const place = { purpose: 'sign-up', browser, subject: SUBJECT } as const
  return creationOptions(needs, place, { email: '', name: '', passkeys: [] })
}

export type RegistrationAnswer = {
  /** What the browser sent, as JSON. */
  response: string
  /** Of `CreationOptions`. */
  state: string
  /** The token of this browser's forms. */
  browser: string
  /** What the passkey is called where the authenticator does not say what it is. */
  browserName: string
}

/** Checks the answer of an authenticator, and uses its challenge up. Stores no passkey. */
export async function checkRegistered(needs: Services, given: RegistrationAnswer): Promise<Made> {
  const creation = readCreation(given.response)
  const userHandle = openHandle(needs, given.state, SUBJECT)
  if (!creation || !userHandle || needs.config.factors.passkeys.domain === undefined)
    return { ok: false, why: 'refused' }
  const place = { purpose: 'sign-up', browser: given.browser, subject: SUBJECT } as const
  const isFresh = await useChallenge(needs, challengeOf(creation), place)
  if (isFresh !== 'ok') return { ok: false, why: isFresh === 'expired' ? 'expired' : 'refused' }
  const created = await checkCreation(needs, creation)
  if (!created) return { ok: false, why: 'refused' }
  if (await findCredential(needs.db, created.credentialId)) return { ok: false, why: 'taken' }
  const name = defaultName(created.aaguid, given.browserName)
  return { ok: true, passkey: { ...created, userHandle, name } }
}

/** Where the link of the mail is opened in another browser: the place of the challenge that its passkey signs. */
export function proofPlace(browser: string, token: string): ChallengePlace {
  return { purpose: 'sign-up', browser, subject: digest(token) }
}

/** Whether the authenticator that registered signed the challenge of this page. Uses the challenge up. */
export async function signedByRegistered(
  needs: Services,
  given: Pick<RegistrationAnswer, 'response' | 'browser'> & { token: string; passkey: NewPasskey },
): Promise<boolean> {
  const assertion = readAssertion(given.response)
  if (!assertion || assertion.id !== given.passkey.credentialId) return false
  const place = proofPlace(given.browser, given.token)
  if ((await useChallenge(needs, challengeOf(assertion), place)) !== 'ok') return false
  return (await checkAssertion(needs, assertion, given.passkey, true)) !== undefined
}
