/**
 * Reads the password hashes that other systems write, and turns them into what is stored here. The scheme is known by its
 * form: PHC and crypt strings, passlib, Django, Werkzeug, Spring Security.
 */
import { phcString } from './phc.ts'
import { readHash } from './password-hash.ts'
import type { HashKind } from './scheme.ts'

/** `accounts.password_hash`. */
const MAX_STORED = 512

export type ForeignHash =
  | { ok: true; stored: string; kind: HashKind }
  | { ok: false; code: 'hash_unknown' | 'hash_too_costly'; why: string }

/** A hash in any of the text forms. Nothing of it is repeated in `why`. */
export function readForeignHash(given: string): ForeignHash {
  const text = given.trim()
  const stored = rewritten(text)
  const known = stored === undefined || stored.length > MAX_STORED ? undefined : readHash(stored)
  if (!known || stored === undefined)
    return {
      ok: false,
      code: 'hash_unknown',
      why: `${formOf(text)} is not a form of hash that verifies here`,
    }
  if (known.tooCostly !== undefined)
    return {
      ok: false,
      code: 'hash_too_costly',
      why: `the ${known.kind} hash costs too much: ${known.tooCostly}`,
    }
  return { ok: true, stored, kind: known.kind }
}

type Rewrite = [form: RegExp, rewrite: (groups: Record<string, string>) => string]

const REWRITES: readonly Rewrite[] = [
  // Django: the salt is text. `bcrypt_sha256$$2b$…`, `bcrypt$$2b$…`, `argon2$argon2id$…`.
  [
    /^pbkdf2_(?<name>sha1|sha256|sha512)\$(?<rounds>\d{1,10})\$(?<salt>[^$]+)\$(?<digest>[\w+/=-]+)$/,
    ({ name, rounds, salt, digest }) =>
      phcString(`pbkdf2-${name}`, { i: Number(rounds) }, Buffer.from(salt!), Buffer.from(digest!, 'base64')),
  ],
  [
    /^scrypt\$(?<n>\d{1,10})\$(?<salt>[^$]+)\$(?<r>\d{1,6})\$(?<p>\d{1,6})\$(?<digest>[\w+/=-]+)$/,
    ({ salt, n, r, p, digest }) => scryptString(n, r, p, Buffer.from(salt!), Buffer.from(digest!, 'base64')),
  ],
  [/^bcrypt_sha256\$(?<hash>\$2.*)$/, ({ hash }) => `$bcrypt-sha256hex${hash}`],
  [/^bcrypt\$(?<hash>\$2.*)$/, ({ hash }) => hash!],
  [/^argon2\$(?<rest>argon2(?:id|i|d)\$.*)$/, ({ rest }) => `$${rest}`],
  // Spring Security and LDAP put the scheme in braces.
  [/^\{(?:bcrypt|crypt|argon2|argon2@SpringSecurity_v5_8)\}(?<hash>\$.*)$/i, ({ hash }) => hash!],
  // passlib: `$pbkdf2-sha256$29000$salt$digest`, with `.` for `+`.
  [
    /^\$pbkdf2(?<name>|-sha256|-sha512)\$(?<rounds>\d{1,10})\$(?<salt>[\w./+]+)\$(?<digest>[\w./+]+)$/,
    ({ name, rounds, salt, digest }) =>
      phcString(`pbkdf2${name || '-sha1'}`, { i: Number(rounds) }, adapted(salt), adapted(digest)),
  ],
  // Werkzeug (Flask): the salt is text, the digest is hexadecimal.
  [
    /^pbkdf2:(?<name>sha1|sha256|sha512):(?<rounds>\d{1,10})\$(?<salt>[^$]+)\$(?<digest>[0-9a-f]+)$/,
    ({ name, rounds, salt, digest }) =>
      phcString(`pbkdf2-${name}`, { i: Number(rounds) }, Buffer.from(salt!), Buffer.from(digest!, 'hex')),
  ],
  [
    /^scrypt:(?<n>\d{1,10}):(?<r>\d{1,6}):(?<p>\d{1,6})\$(?<salt>[^$]+)\$(?<digest>[0-9a-f]+)$/,
    ({ salt, n, r, p, digest }) => scryptString(n, r, p, Buffer.from(salt!), Buffer.from(digest!, 'hex')),
  ],
]

function rewritten(text: string): string | undefined {
  for (const [form, rewrite] of REWRITES) {
    const groups = form.exec(text)?.groups
    if (groups) return rewrite(groups)
  }
  return text.startsWith('$') ? text : undefined
}

/** N is a power of two; another one gives a fraction, which no reader takes. */
function scryptString(n = '', r = '', p = '', salt: Buffer, digest: Buffer): string {
  return phcString('scrypt', { ln: Math.log2(Number(n)), r: Number(r), p: Number(p) }, salt, digest)
}

function adapted(text = ''): Buffer {
  return Buffer.from(text.replaceAll('.', '+'), 'base64')
}

/** Enough to recognise the writer, and no part of salt or digest. */
function formOf(text: string): string {
  const prefix = /^(?:\{[\w.@-]{1,30}\}|\$[\w-]{1,20}\$|[\w:-]{1,24}\$)/.exec(text)?.[0]
  if (prefix) return `a hash that begins with ${prefix}`
  return /^[0-9a-f]+$/i.test(text)
    ? `a hash of ${text.length} hexadecimal digits`
    : `a hash of ${text.length} characters`
}
