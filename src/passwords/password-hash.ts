/**
 * Password hashes as PHC strings. New ones are Argon2id (RFC 9106). Those of other systems verify too, until their owner
 * signs in. Accounts own the passwords, `attempts` counts the guesses.
 */
import { hash } from '@node-rs/argon2'
import { argon2, parseArgon2id } from './argon2.ts'
import type { Argon2Settings } from './argon2.ts'
import { bcrypt } from './bcrypt.ts'
import { isOversized } from './password-policy.ts'
import { pbkdf2 } from './pbkdf2.ts'
import type { HashKind, ReadHash } from './scheme.ts'
import { scrypt } from './scrypt.ts'

/** The OWASP minimum: 19 MiB, two passes, one lane. */
export const DEFAULT_ARGON2: Argon2Settings = { memoryKib: 19_456, passes: 2, lanes: 1 }

const ARGON2ID = 2
const SCHEMES = [argon2, bcrypt, pbkdf2, scrypt] as const

export async function hashPassword(password: string, settings: Argon2Settings): Promise<string> {
  return hash(password.normalize('NFC'), {
    algorithm: ARGON2ID,
    memoryCost: settings.memoryKib,
    timeCost: settings.passes,
    parallelism: settings.lanes,
  })
}

/** False also for a stored value of a scheme that is not known, or that costs more than a sign-in may. */
export async function verifyPassword(stored: string, password: string): Promise<boolean> {
  const known = readHash(stored)
  if (!known || known.tooCostly !== undefined || isOversized(password)) return false
  for (const typed of spellings(password)) if (await known.verify(typed)) return true
  return false
}

/** The family of a stored hash, and what it offers. Nothing for one that is not known. */
export function readHash(stored: string): (ReadHash & { kind: HashKind }) | undefined {
  for (const { kind, read } of SCHEMES) {
    const found = read(stored)
    if (found) return { ...found, kind }
  }
  return undefined
}

/** True when the stored hash is of another scheme or parameters than a new one would be. */
export function needsRehash(stored: string, settings: Argon2Settings): boolean {
  const parsed = parseArgon2id(stored)
  if (!parsed) return true
  return (
    parsed.version !== 19 ||
    parsed.memoryKib !== settings.memoryKib ||
    parsed.passes !== settings.passes ||
    parsed.lanes !== settings.lanes
  )
}

/** False where the stored hash proves only the beginning of this password, so a new hash could lock its owner out. */
export function provesWhole(stored: string, password: string): boolean {
  return readHash(stored)?.readsWhole(password) ?? false
}

/** The same characters typed on two systems may arrive composed or decomposed. Ours are composed, others' as typed. */
function spellings(password: string): Set<string> {
  return new Set([password.normalize('NFC'), password])
}
