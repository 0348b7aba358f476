/** Argon2 hashes (RFC 9106), ours and those of other systems: Argon2id, Argon2i and Argon2d with any parameters. */
import { timingSafeEqual } from 'node:crypto'
import { hashRaw } from '@node-rs/argon2'
import { parsePhc } from './phc.ts'
import { MAX_DIGEST_BYTES, MIN_DIGEST_BYTES } from './scheme.ts'
import type { Scheme } from './scheme.ts'

export type Argon2Settings = {
  memoryKib: number
  passes: number
  lanes: number
}

const TYPES: ReadonlyMap<string, number> = new Map([
  ['argon2d', 0],
  ['argon2i', 1],
  ['argon2id', 2],
])
const VERSION_19 = 1
const VERSION_16 = 0
const MIN_SALT_BYTES = 8
const MIN_KIB_PER_LANE = 8

/** The most that HASH_MEMORY_KIB and HASH_PASSES allow for our own. */
const MAX_MEMORY_KIB = 1_048_576
const MAX_WORK_KIB = 20 * MAX_MEMORY_KIB

type ParsedArgon2 = Argon2Settings & { type: number; version: number; salt: Buffer; digest: Buffer }

export const argon2: Scheme = {
  kind: 'argon2',
  read(stored) {
    const parsed = parseArgon2(stored)
    if (!parsed || !isComputable(parsed)) return undefined
    return {
      tooCostly: excess(parsed),
      readsWhole: () => true,
      verify: (password) => verify(parsed, password),
    }
  },
}

/** Reads an Argon2id PHC string. */
export function parseArgon2id(stored: string): ParsedArgon2 | undefined {
  const parsed = parseArgon2(stored)
  return parsed?.type === 2 ? parsed : undefined
}

function parseArgon2(stored: string): ParsedArgon2 | undefined {
  const phc = parsePhc(stored)
  const type = TYPES.get(phc?.scheme ?? '')
  if (!phc || type === undefined) return undefined
  const [memoryKib, passes, lanes] = ['m', 't', 'p'].map((name) => phc.parameters.get(name))
  if (!memoryKib || !passes || !lanes) return undefined
  // A string without a version was written before version 19 existed.
  const { version = 16, salt, digest } = phc
  return { type, version, memoryKib, passes, lanes, salt, digest }
}

/** Outside these bounds the library throws (RFC 9106 §3.1), or the digest would match by chance. */
function isComputable({ memoryKib, lanes, salt, digest }: ParsedArgon2): boolean {
  if (salt.length < MIN_SALT_BYTES || memoryKib < MIN_KIB_PER_LANE * lanes) return false
  return digest.length >= MIN_DIGEST_BYTES && digest.length <= MAX_DIGEST_BYTES
}

function excess({ memoryKib, passes }: Argon2Settings): string | undefined {
  if (memoryKib > MAX_MEMORY_KIB)
    return `it takes ${memoryKib} KiB of memory, and at most ${MAX_MEMORY_KIB} are given`
  return memoryKib * passes > MAX_WORK_KIB
    ? `memory × passes is ${memoryKib * passes} KiB, and at most ${MAX_WORK_KIB} is computed`
    : undefined
}

async function verify(parsed: ParsedArgon2, password: string): Promise<boolean> {
  const computed = await hashRaw(password, {
    algorithm: parsed.type,
    version: parsed.version === 19 ? VERSION_19 : VERSION_16,
    memoryCost: parsed.memoryKib,
    timeCost: parsed.passes,
    parallelism: parsed.lanes,
    salt: parsed.salt,
    outputLen: parsed.digest.length,
  })
  return timingSafeEqual(computed, parsed.digest)
}
