/**
 * bcrypt hashes of other systems. bcrypt reads 72 bytes of a password and ignores the rest; that rule is kept. Django's
 * `bcrypt_sha256` hashes the password with SHA-256 first, so it reads all of it.
 */
import { createHash } from 'node:crypto'
import { verify } from '@node-rs/bcrypt'
import type { Scheme } from './scheme.ts'

/** About a second on a core of today. */
const MAX_COST = 14
const READ_BYTES = 72

// `2x` marks hashes of a faulty writer, which no other function computes.
const FORM = /^\$(?:bcrypt-sha256hex\$)?2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/

export const bcrypt: Scheme = {
  kind: 'bcrypt',
  read(stored) {
    const cost = Number(FORM.exec(stored)?.[1] ?? 0)
    if (cost < 4 || cost > 31) return undefined
    const isPrehashed = stored.startsWith('$bcrypt-sha256hex$')
    const hash = stored.slice(isPrehashed ? '$bcrypt-sha256hex'.length : 0)
    return {
      tooCostly: cost > MAX_COST ? `its cost is ${cost}, and at most ${MAX_COST} is computed` : undefined,
      readsWhole: (password) => isPrehashed || Buffer.byteLength(password) <= READ_BYTES,
      verify: (password) => verify(isPrehashed ? sha256Hex(password) : password, hash),
    }
  },
}

function sha256Hex(password: string): string {
  return createHash('sha256').update(password).digest('hex')
}
