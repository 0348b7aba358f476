/**
 * scrypt hashes of other systems (RFC 7914): `$scrypt$ln=14,r=8,p=1$salt$digest`. Firebase encrypts a key of the project with
 * AES-256-CTR under the derived key. Its key stream is stored, so the project's key is needed at import only.
 */
import { createCipheriv, scrypt as derive, timingSafeEqual } from 'node:crypto'
import { parsePhc } from './phc.ts'
import { MAX_DIGEST_BYTES, MIN_DIGEST_BYTES } from './scheme.ts'
import type { Scheme } from './scheme.ts'

const MIB = 1_048_576
const MAX_MEMORY = 128 * MIB
/** N times r times p: four times what OWASP advises. */
const MAX_WORK = 2 ** 22

type Cost = { N: number; r: number; p: number }

export const scrypt: Scheme = {
  kind: 'scrypt',
  read(stored) {
    const phc = parsePhc(stored)
    if (!phc || !['scrypt', 'firebase-scrypt'].includes(phc.scheme)) return undefined
    const [ln = 0, r = 0, p = 1] = ['ln', 'r', 'p'].map((name) => phc.parameters.get(name))
    const { salt, digest } = phc
    // RFC 7914 §2: N is below 2^(128 × r / 8).
    if (ln < 1 || ln > 31 || ln >= 16 * r || r < 1 || p < 1) return undefined
    if (digest.length < MIN_DIGEST_BYTES || digest.length > MAX_DIGEST_BYTES) return undefined
    const cost = { N: 2 ** ln, r, p }
    return {
      tooCostly: excess(cost),
      readsWhole: () => true,
      verify: async (password) =>
        timingSafeEqual(
          phc.scheme === 'scrypt'
            ? await deriveKey(password, salt, digest.length, cost)
            : keyStream(await deriveKey(password, salt, 32, cost), digest.length),
          digest,
        ),
    }
  },
}

/** The bytes that AES-256-CTR adds to what it encrypts. */
function keyStream(key: Buffer, length: number): Buffer {
  return createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(length))
}

function excess({ N, r, p }: Cost): string | undefined {
  if (memoryOf({ N, r, p }) > MAX_MEMORY)
    return `it takes ${Math.ceil(memoryOf({ N, r, p }) / MIB)} MiB of memory, and at most ${MAX_MEMORY / MIB} are given`
  return N * r * p > MAX_WORK ? `N × r × p is ${N * r * p}, and at most ${MAX_WORK} is computed` : undefined
}

function memoryOf({ N, r, p }: Cost): number {
  return 128 * r * (N + p)
}

function deriveKey(password: string, salt: Buffer, length: number, cost: Cost): Promise<Buffer> {
  // `excess` enforces the limit. OpenSSL counts two more blocks, so its own limit is higher.
  const options = { ...cost, maxmem: 2 * MAX_MEMORY }
  return new Promise((resolve, reject) => {
    derive(password, salt, length, options, (error, key) => (error ? reject(error) : resolve(key)))
  })
}
