/**
 * What a page says about passkeys to the password manager of its browser (WebAuthn §5.1.10, signal methods), as JSON for
 * `public/passkey.js`. Passkeys then have the name of today, and those that were removed here are offered no longer. A browser
 * without the methods does without.
 */
import type { Account } from '../accounts/account.ts'
import type { Services } from '../services.ts'
import type { Passkey } from '../accounts/passkeys/passkey.ts'

type Configured = Pick<Services, 'config'>
type Named = Pick<Account, 'email' | 'name'>

/** Of a person's own passkeys: what they are kept under, and that there are no others. Nothing without a passkey. */
export function signalsOf(
  needs: Configured,
  person: Named,
  passkeys: readonly Pick<Passkey, 'userHandle' | 'credentialId'>[],
): string | undefined {
  const { domain: rpId } = needs.config.factors.passkeys
  const [first] = passkeys
  if (!first || rpId === undefined) return undefined
  const accepted = {
    signal: 'signalAllAcceptedCredentials',
    rpId,
    userId: first.userHandle,
    allAcceptedCredentialIds: passkeys.map(({ credentialId }) => credentialId),
  }
  return JSON.stringify([accepted, detailsOf(rpId, first.userHandle, person)])
}

/** Of a passkey that waits for its mail: the address may have been corrected since it was made. */
export function detailsSignal(
  { config }: Configured,
  person: Named,
  { userHandle }: Pick<Passkey, 'userHandle'>,
): string | undefined {
  const { domain: rpId } = config.factors.passkeys
  return rpId === undefined ? undefined : JSON.stringify([detailsOf(rpId, userHandle, person)])
}

/** Of a passkey that opens nothing here. */
export function unknownSignal({ config }: Configured, credentialId: string | undefined): string | undefined {
  const { domain: rpId } = config.factors.passkeys
  if (rpId === undefined || credentialId === undefined) return undefined
  return JSON.stringify([{ signal: 'signalUnknownCredential', rpId, credentialId }])
}

/** A longer id does not fit into the cookie that leads to the next page. */
const LONGEST_ID = 200

/** For the page that follows a form: the id of a passkey that opens nothing here. */
export function unknownPasskey(credentialId: string | undefined): { unknownPasskey?: string } {
  return credentialId && credentialId.length < LONGEST_ID ? { unknownPasskey: credentialId } : {}
}

/** As `creationOptions` names a new one. */
function detailsOf(rpId: string, userId: string, { email, name }: Named) {
  return { signal: 'signalCurrentUserDetails', rpId, userId, name: email, displayName: name || email }
}
