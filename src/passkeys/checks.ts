/**
 * Checks what an authenticator signed: origin, relying party id, challenge, flags, signature (WebAuthn §7.1, §7.2). The
 * library does the cryptography. It is loaded at the first passkey, as it takes a tenth of a second and 25 MB.
 */
import type { Services } from '../services.ts'
import { challengeOf } from './answers.ts'
import type { Assertion, Creation } from './answers.ts'
import { SUPPORTED_ALGORITHMS } from './options.ts'
import type { NewPasskey, Passkey } from '../accounts/passkeys/passkey.ts'

export type SignedWith = { counter: number; backedUp: boolean; userVerified: boolean }

/** Nothing for an answer that this passkey did not sign here. The challenge is checked before. */
export async function checkAssertion(
  { config }: Pick<Services, 'config'>,
  assertion: Assertion,
  passkey: Pick<Passkey, 'credentialId' | 'publicKey' | 'userHandle'>,
  requireUserVerification: boolean,
): Promise<SignedWith | undefined> {
  const { domain = '' } = config.factors.passkeys
  const { userHandle, ...response } = assertion.response
  if (userHandle && userHandle !== passkey.userHandle) return undefined
  const { verifyAuthenticationResponse } = await import('@simplewebauthn/server')
  const { verified, authenticationInfo } = await orRefused(
    verifyAuthenticationResponse({
      response: { ...assertion, response, clientExtensionResults: {} },
      expectedChallenge: challengeOf(assertion),
      expectedOrigin: config.issuer,
      expectedRPID: domain,
      requireUserVerification,
      // Our own count: a counter that goes back warns, and refuses nobody.
      credential: { id: passkey.credentialId, publicKey: bytesOf(passkey.publicKey), counter: 0 },
    }),
  )
  if (!verified || !authenticationInfo) return undefined
  const { newCounter, credentialBackedUp, userVerified } = authenticationInfo
  return { counter: newCounter, backedUp: credentialBackedUp, userVerified }
}

export type Created = Omit<NewPasskey, 'name' | 'userHandle'>

/** Nothing for an answer that no authenticator made here for this challenge, which is checked before. */
export async function checkCreation(
  { config }: Pick<Services, 'config'>,
  creation: Creation,
): Promise<Created | undefined> {
  const { domain = '' } = config.factors.passkeys
  const { decodeAttestationObject } = await import('@simplewebauthn/server/helpers')
  const { verifyRegistrationResponse } = await import('@simplewebauthn/server')
  const { transports = [], ...response } = creation.response
  if (!isWithoutCertificates(creation, decodeAttestationObject)) return undefined
  const { verified, registrationInfo } = await orRefused(
    verifyRegistrationResponse({
      response: { ...creation, response, clientExtensionResults: {} },
      expectedChallenge: challengeOf(creation),
      expectedOrigin: config.issuer,
      expectedRPID: domain,
      requireUserVerification: true,
      supportedAlgorithmIDs: [...SUPPORTED_ALGORITHMS],
    }),
  )
  if (!verified || !registrationInfo) return undefined
  const { credential, aaguid, credentialDeviceType, credentialBackedUp } = registrationInfo
  return {
    credentialId: credential.id,
    publicKey: Buffer.from(credential.publicKey).toString('base64url'),
    counter: credential.counter,
    transports: [...new Set(transports)].join(' ').slice(0, 100),
    aaguid,
    synced: credentialDeviceType === 'multiDevice',
    backedUp: credentialBackedUp,
  }
}

/**
 * No attestation is asked for, so a browser sends none, or one that the new key signed itself. A certificate would make the
 * library fetch revocation lists from addresses that a stranger chose.
 */
function isWithoutCertificates(
  { response }: Creation,
  decode: (bytes: Uint8Array<ArrayBuffer>) => { get(key: 'fmt'): string; get(key: 'attStmt'): object },
): boolean {
  try {
    const decoded = decode(bytesOf(response.attestationObject))
    const format = decoded.get('fmt')
    const statement = decoded.get('attStmt')
    const hasCertificate = !(statement instanceof Map) || statement.has('x5c')
    return format === 'none' || (format === 'packed' && !hasCertificate)
  } catch {
    return false
  }
}

type Refused = { verified: false; authenticationInfo?: undefined; registrationInfo?: undefined }

/** The library throws for each answer that it refuses. */
async function orRefused<T>(work: Promise<T>): Promise<T | Refused> {
  try {
    return await work
  } catch {
    return { verified: false }
  }
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(text, 'base64url'))
}
