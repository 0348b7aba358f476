/** PBKDF2 hashes of other systems (RFC 8018): `$pbkdf2-sha256$i=600000$salt$digest`. */
import { pbkdf2 as derive, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { parsePhc } from './phc.ts'
import { MAX_DIGEST_BYTES, MIN_DIGEST_BYTES } from './scheme.ts'
import type { Scheme } from './scheme.ts'

const deriveKey = promisify(derive)

/** Bytes that one round yields, by the name in the string. */
const FUNCTIONS: ReadonlyMap<string, { digest: string; bytes: number }> = new Map([
  ['pbkdf2-sha1', { digest: 'sha1', bytes: 20 }],
  ['pbkdf2-sha256', { digest: 'sha256', bytes: 32 }],
  ['pbkdf2-sha512', { digest: 'sha512', bytes: 64 }],
])

/** Iterations times blocks of output. Keycloak's dearest default takes 5,200,000. */
const MAX_ROUNDS = 6_000_000

export const pbkdf2: Scheme = {
  kind: 'pbkdf2',
  read(stored) {
    const phc = parsePhc(stored)
    const named = FUNCTIONS.get(phc?.scheme ?? '')
    const iterations = phc?.parameters.get('i') ?? 0
    if (!phc || !named || iterations < 1) return undefined
    const { salt, digest } = phc
    if (digest.length < MIN_DIGEST_BYTES || digest.length > MAX_DIGEST_BYTES) return undefined
    const rounds = iterations * Math.ceil(digest.length / named.bytes)
    return {
      tooCostly:
        rounds > MAX_ROUNDS ? `it takes ${rounds} rounds, and at most ${MAX_ROUNDS} are computed` : undefined,
      readsWhole: () => true,
      verify: async (password) =>
        timingSafeEqual(await deriveKey(password, salt, iterations, digest.length, named.digest), digest),
    }
  },
}
