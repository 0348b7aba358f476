/**
 * Password hashes as PHC strings. New ones are Argon2id (RFC 9106); which function verifies a stored one is looked up in
 * a table by the scheme that the string names. Accounts own the passwords, `attempts` counts the guesses.
 */
import { timingSafeEqual } from 'node:crypto'
import { hash, hashRaw } from '@node-rs/argon2'
import { isOversized } from './password-policy.ts'

export type Argon2Settings = {
  memoryKib: number
  passes: number
  lanes: number
}

/** The OWASP minimum: 19 MiB, two passes, one lane. */
export const DEFAULT_ARGON2: Argon2Settings = { memoryKib: 19_456, passes: 2, lanes: 1 }

const ARGON2ID = 2
const VERSION_19 = 1
const VERSION_16 = 0

type Verifier = (stored: string, password: string) => Promise<boolean>
const verifiers = new Map<string, Verifier>([['argon2id', verifyArgon2id]])

export async function hashPassword(password: string, settings: Argon2Settings): Promise<string> {
  return hash(normalized(password), {
    algorithm: ARGON2ID,
    memoryCost: settings.memoryKib,
    timeCost: settings.passes,
    parallelism: settings.lanes,
  })
}

/** False also for a stored value of a scheme that is not known. */
export async function verifyPassword(stored: string, password: string): Promise<boolean> {
  const verifier = verifiers.get(/^\$([a-z0-9-]+)\$/.exec(stored)?.[1] ?? '')
  return verifier !== undefined && !isOversized(password) && verifier(stored, password)
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

type ParsedArgon2 = Argon2Settings & { version: number; salt: Buffer; digest: Buffer }

/** Reads an Argon2id PHC string. Its parameters may have any order, as writers differ. */
export function parseArgon2id(stored: string): ParsedArgon2 | undefined {
  const [before, kind, ...given] = stored.split('$')
  // A string without a version was written before version 19 existed.
  const version = given[0]?.startsWith('v=') ? given.shift()?.slice(2) : '16'
  const [parameters, salt, digest, ...more] = given
  if (before !== '' || kind !== 'argon2id' || more.length > 0 || !/^\d+$/.test(version ?? ''))
    return undefined
  if (!parameters || !isBase64(salt) || !isBase64(digest)) return undefined
  const byName = new Map(parameters.split(',').map((pair) => pair.split('=') as [string, string]))
  const [memoryKib, passes, lanes] = ['m', 't', 'p'].map((name) => Number(byName.get(name)))
  if (!memoryKib || !passes || !lanes) return undefined
  return {
    version: Number(version),
    memoryKib,
    passes,
    lanes,
    salt: Buffer.from(salt, 'base64'),
    digest: Buffer.from(digest, 'base64'),
  }
}

function isBase64(text: string | undefined): text is string {
  return text !== undefined && /^[\w+/-]+={0,2}$/.test(text)
}

async function verifyArgon2id(stored: string, password: string): Promise<boolean> {
  const parsed = parseArgon2id(stored)
  if (!parsed) return false
  const computed = await hashRaw(normalized(password), {
    algorithm: ARGON2ID,
    version: parsed.version === 19 ? VERSION_19 : VERSION_16,
    memoryCost: parsed.memoryKib,
    timeCost: parsed.passes,
    parallelism: parsed.lanes,
    salt: parsed.salt,
    outputLen: parsed.digest.length,
  })
  return timingSafeEqual(computed, parsed.digest)
}

// The same characters typed on two systems may arrive composed or decomposed.
function normalized(password: string): string {
  return password.normalize('NFC')
}
