/** Password hashes that other systems keep in parts: Keycloak's credentials, and Firebase's scrypt. */
import { readForeignHash } from './foreign-hash.ts'
import type { ForeignHash } from './foreign-hash.ts'
import { phcString } from './phc.ts'

/** `secretData` and `credentialData` of a Keycloak credential, as they are exported: JSON in a string. */
export type KeycloakPassword = {
  algorithm: string
  iterations: number
  salt: string
  value: string
  /** Each is a list of one text. */
  more: Readonly<Record<string, readonly string[] | undefined>>
}

const KEYCLOAK_PBKDF2: ReadonlyMap<string, string> = new Map([
  ['pbkdf2', 'pbkdf2-sha1'],
  ['pbkdf2-sha1', 'pbkdf2-sha1'],
  ['pbkdf2-sha256', 'pbkdf2-sha256'],
  ['pbkdf2-sha512', 'pbkdf2-sha512'],
])

export function readKeycloakPassword(given: KeycloakPassword): ForeignHash {
  const { algorithm, iterations, value, more } = given
  const [salt, digest] = [Buffer.from(given.salt, 'base64'), Buffer.from(value, 'base64')]
  const pbkdf2 = KEYCLOAK_PBKDF2.get(algorithm)
  if (pbkdf2) return readForeignHash(phcString(pbkdf2, { i: iterations }, salt, digest))
  if (algorithm === 'argon2') {
    const number = (name: string) => Number(more[name]?.[0] ?? 1)
    const parameters = { m: number('memory'), t: iterations, p: number('parallelism') }
    const version = more['version']?.[0] === '1.0' ? 16 : 19
    return readForeignHash(
      phcString(`argon2${more['type']?.[0] ?? 'id'}$v=${version}`, parameters, salt, digest),
    )
  }
  // The extension for bcrypt keeps the crypt string in `value`.
  return readForeignHash(value)
}

/** The hash parameters of a Firebase project (console, Authentication, Password hash parameters). */
export type FirebaseKey = { signerKey: string; saltSeparator: string; rounds: number; memCost: number }

export function readFirebasePassword(
  { signerKey, saltSeparator, rounds, memCost }: FirebaseKey,
  salt: string,
  hash: string,
): ForeignHash {
  const [key, digest] = [Buffer.from(signerKey, 'base64'), Buffer.from(hash, 'base64')]
  if (key.length !== digest.length)
    return {
      ok: false,
      code: 'hash_unknown',
      why: 'the hash is not as long as the key of the Firebase project',
    }
  const salted = Buffer.concat([Buffer.from(salt, 'base64'), Buffer.from(saltSeparator, 'base64')])
  const keyStream = Buffer.from(digest.map((byte, index) => byte ^ (key[index] ?? 0)))
  return readForeignHash(phcString('firebase-scrypt', { ln: memCost, r: rounds, p: 1 }, salted, keyStream))
}
