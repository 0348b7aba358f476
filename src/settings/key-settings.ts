/** All keys, derived from the main secret or from the lists beside it. */
import { deriveKey } from '../platform/tokens.ts'
import type { Settings } from './settings.ts'

/** `master` is the main secret: configured, or generated when embedded. */
export function keysOf(given: Settings, master: string) {
  const dataSecrets = given.data_keys ?? [master]
  const derived = (purpose: string) =>
    dataSecrets.map((secret) => deriveKey(secret, purpose)) as [Buffer, ...Buffer[]]
  return {
    // The main secret in the list means the key that was derived from it before there was a list.
    cookie: (given.cookie_keys ?? [master]).map((secret) =>
      secret === master ? deriveKey(master, 'cookies').toString('base64url') : secret,
    ),
    data: derived('data'),
    /** Keys that seal the account cache in Redis. */
    accountCache: derived('account cache'),
    /** Seal what the grant store holds; the first is current. */
    records: dataSecrets as [string, ...string[]],
    /** Keyed digests of guessable values (addresses, codes, client secrets). Never rotates by itself: rows are found by it. */
    index: deriveKey(master, 'index'),
    csrf: deriveKey(master, 'csrf'),
    device: deriveKey(master, 'device cookies'),
    /** Authenticates the challenges of passkeys. */
    passkeys: deriveKey(master, 'passkey challenges'),
    dpopNonces: deriveKey(master, 'dpop nonces'),
    signingKeyRotationDays: given.signing_key_rotation_days,
  }
}
