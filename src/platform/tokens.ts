/**
 * Randomness, digests and sealing. Owns the primitives, knows nothing of what they protect.
 * Sealing is AES-256-GCM with a key derived per purpose (HKDF-SHA-256, RFC 5869).
 */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hash,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto'
import type { KeyObject } from 'node:crypto'

/** An unguessable URL-safe string of `bits` bits from the CSPRNG (256 by default). */
export function randomToken(bits = 256): string {
  return randomBytes(Math.ceil(bits / 8)).toString('base64url')
}

/** SHA-256 of a high-entropy token, base64url (43 characters). It is stored in place of the token. */
export function digest(value: string): string {
  return hash('sha256', value, 'base64url')
}

/** HMAC-SHA-256, base64url. For guessable input: without the key, a stolen database cannot be searched. */
export function keyedDigest(key: Buffer, value: string): string {
  return createHmac('sha256', keyObjectOf(key)).update(value).digest('base64url')
}

const keyObjects = new WeakMap<Buffer, KeyObject>()

/** To make one anew for each digest takes three times as long as the digest. */
function keyObjectOf(key: Buffer): KeyObject {
  const known = keyObjects.get(key)
  if (known) return known
  const made = createSecretKey(key)
  keyObjects.set(key, made)
  return made
}

/** Compares two strings in constant time. */
export function equalsInConstantTime(a: string, b: string): boolean {
  const left = Buffer.from(hash('sha256', a, 'hex'))
  const right = Buffer.from(hash('sha256', b, 'hex'))
  return timingSafeEqual(left, right)
}

/** A 32-byte key for one purpose, so that no key ever serves two. */
export function deriveKey(secret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, 'account-server', purpose, 32))
}

export type Sealer = {
  /** Encrypts and authenticates. The same `context` must be passed to open: it binds the value to its place. */
  seal: (plain: string | Uint8Array, context?: string) => string
  /** The plain text, or `undefined` when the value was altered, truncated, moved or sealed with an unknown key. */
  open: (sealed: string, context?: string) => string | undefined
  /** The same for bytes. */
  openBytes: (sealed: string, context?: string) => Buffer | undefined
  /** Ids of the keys; the first one seals. An id identifies the key of a value and reveals nothing of the key. */
  keyIds: readonly [string, ...string[]]
}

/** The length of the key id, which is the part of a sealed value before its first dot. */
export const SEAL_KEY_ID_LENGTH = 6

/** Seals with the first key and opens with any of them, so that keys can be rotated while old data stays readable. */
export function createSealer(keys: readonly [Buffer, ...Buffer[]]): Sealer {
  const [currentId, ...olderIds] = [keyId(keys[0]), ...keys.slice(1).map(keyId)] as const
  // Key objects: with the bytes, Node makes one for each value, which takes twice as long as sealing it.
  const current = createSecretKey(keys[0])
  const byId = new Map(keys.map((key) => [keyId(key), createSecretKey(key)]))
  const openBytes = (sealed: string, context = ''): Buffer | undefined => {
    const [id = '', packed = ''] = sealed.split('.')
    const key = byId.get(id)
    const bytes = Buffer.from(packed, 'base64url')
    if (!key || bytes.length < 28) return undefined
    try {
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12))
      decipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(12, 28))
      return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()])
    } catch {
      return undefined
    }
  }
  return {
    keyIds: [currentId, ...olderIds],
    seal(plain, context = '') {
      const iv = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', current, iv).setAAD(Buffer.from(context))
      const body = Buffer.concat([cipher.update(Buffer.from(plain)), cipher.final()])
      const packed = Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64url')
      return `${currentId}.${packed}`
    },
    openBytes,
    open: (sealed, context) => openBytes(sealed, context)?.toString('utf8'),
  }
}

function keyId(key: Buffer): string {
  return hash('sha256', key, 'base64url').slice(0, SEAL_KEY_ID_LENGTH)
}
