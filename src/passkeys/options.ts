/** What the browser is asked for, as JSON for `parseRequestOptionsFromJSON` and `parseCreationOptionsFromJSON` (WebAuthn §5.1). */
import { randomBytes } from 'node:crypto'
import type { Services } from '../services.ts'
import { CHALLENGE_LIFETIME_MS, newChallenge } from './challenges.ts'
import type { ChallengePlace } from './challenges.ts'
import type { Passkey } from '../accounts/passkeys/passkey.ts'

type Clocked = Pick<Services, 'config' | 'clock'>
type Descriptor = { type: 'public-key'; id: string; transports?: string[] }

export type RequestOptions = {
  challenge: string
  rpId: string
  timeout: number
  userVerification: 'required' | 'discouraged'
  allowCredentials: Descriptor[]
}

/** Whether this server has passkeys: not at an IP address. */
export function hasPasskeys({ config }: Pick<Services, 'config'>): boolean {
  return config.factors.passkeys.domain !== undefined
}

/**
 * Asks for any passkey of this domain, or for one of `passkeys`. After a password it is enough that the person touches the
 * authenticator. Without one the authenticator has to verify the person, by a PIN or by a finger.
 */
export function requestOptions(
  needs: Clocked,
  place: ChallengePlace,
  passkeys: readonly Passkey[] = [],
): RequestOptions | undefined {
  const { domain } = needs.config.factors.passkeys
  if (domain === undefined) return undefined
  return {
    challenge: newChallenge(needs, place),
    rpId: domain,
    timeout: CHALLENGE_LIFETIME_MS,
    userVerification: place.purpose === 'second-step' ? 'discouraged' : 'required',
    allowCredentials: passkeys.map(descriptorOf),
  }
}

/** Ed25519, ES256, RS256 (RFC 9053, RFC 8812). Windows Hello has the last one only. */
const ALGORITHMS = [-8, -7, -257]
const HANDLE_BYTES = 32

export type CreationOptions = {
  /** For the browser. */
  options: {
    challenge: string
    rp: { id: string; name: string }
    user: { id: string; name: string; displayName: string }
    pubKeyCredParams: { type: 'public-key'; alg: number }[]
    timeout: number
    attestation: 'none'
    authenticatorSelection: {
      residentKey: 'required'
      requireResidentKey: true
      userVerification: 'required'
    }
    excludeCredentials: Descriptor[]
    extensions: { credProps: true }
  }
  /** Sealed: the handle of the account. It comes back with the answer, which does not name it. */
  state: string
}

/** Asks for a new passkey. `subject`: the account that it is for; at registration, a value in its place. */
export function creationOptions(
  needs: Clocked & Pick<Services, 'sealer'>,
  place: ChallengePlace & { subject: string },
  person: { email: string; name: string; passkeys: readonly Passkey[] },
): CreationOptions | undefined {
  const { config, sealer } = needs
  const { domain } = config.factors.passkeys
  if (domain === undefined) return undefined
  const handle = person.passkeys[0]?.userHandle ?? randomBytes(HANDLE_BYTES).toString('base64url')
  return {
    options: {
      challenge: newChallenge(needs, place),
      rp: { id: domain, name: config.serverName },
      user: { id: handle, name: person.email, displayName: person.name || person.email },
      pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
      timeout: CHALLENGE_LIFETIME_MS,
      attestation: 'none',
      authenticatorSelection: {
        residentKey: 'required',
        requireResidentKey: true,
        userVerification: 'required',
      },
      excludeCredentials: person.passkeys.map(descriptorOf),
      extensions: { credProps: true },
    },
    state: sealer.seal(handle, contextOf(place.subject)),
  }
}

/** The handle that `creationOptions` gave this account. */
export function openHandle(
  { sealer }: Pick<Services, 'sealer'>,
  state: string,
  subject: string,
): string | undefined {
  return sealer.open(state, contextOf(subject))
}

/** These algorithms are accepted. */
export const SUPPORTED_ALGORITHMS: readonly number[] = ALGORITHMS

function contextOf(subject: string): string {
  return `passkey handle:${subject}`
}

function descriptorOf({ credentialId: id, transports }: Passkey): Descriptor {
  return { type: 'public-key', id, ...(transports && { transports: transports.split(' ') }) }
}
