/** What a family of password hashes offers: reading a stored string, and comparing a password with it. */

export type HashKind = 'argon2' | 'bcrypt' | 'pbkdf2' | 'scrypt'

export type ReadHash = {
  /** Why it is never computed, where it costs more than a sign-in may. */
  tooCostly: string | undefined
  /** False where the scheme ignores the end of this password. */
  readsWhole: (password: string) => boolean
  verify: (password: string) => Promise<boolean>
}

export type Scheme = {
  kind: HashKind
  /** Nothing for text that is not of this family. */
  read: (stored: string) => ReadHash | undefined
}

/** Shorter digests would match by chance. */
export const MIN_DIGEST_BYTES = 16
/** Longer ones cost more and prove no more. */
export const MAX_DIGEST_BYTES = 128
