/**
 * Admission control for password hashing: at most one hash per core at a time and a short queue; beyond that the caller
 * is turned away at once, so that a login flood holds up neither the event loop nor the token endpoint.
 */
import { availableParallelism } from 'node:os'
import { AppError } from '../errors.ts'
import { DEFAULT_ARGON2, hashPassword, needsRehash, verifyPassword } from './password.ts'
import type { Argon2Settings } from './password.ts'

export type HashingSettings = Partial<Argon2Settings> & {
  /** Hashes at a time; the number of cores when not given. */
  maxRunning?: number
  /** How many may wait for their turn. */
  maxWaiting: number
}

export type Hasher = {
  /** PHC string of a new password. Throws `AppError('hashing_busy', 503)` with `retryAfterSeconds`. */
  hash: (password: string) => Promise<string>
  /**
   * Compares; without a stored hash (no such account, no password set) it costs the same and answers false.
   * Throws `AppError('hashing_busy', 503)` with `retryAfterSeconds`.
   */
  verify: (stored: string | null | undefined, password: string) => Promise<boolean>
  needsRehash: (stored: string) => boolean
}

const RETRY_AFTER_SECONDS = 2

export function createHasher(settings: HashingSettings): Hasher {
  const { maxRunning = availableParallelism(), maxWaiting, ...given } = settings
  const argon2 = { ...DEFAULT_ARGON2, ...given }
  const admitted = createGate(maxRunning, maxWaiting)
  // Of no password: verifying against it costs what a real one costs.
  const dummy = dummyHash(argon2)
  return {
    hash: (password) => admitted(() => hashPassword(password, argon2)),
    verify: async (stored, password) => {
      const matches = await admitted(() => verifyPassword(stored ?? dummy, password))
      return matches && typeof stored === 'string'
    },
    needsRehash: (stored) => needsRehash(stored, argon2),
  }
}

function dummyHash({ memoryKib, passes, lanes }: Argon2Settings): string {
  const salt = Buffer.alloc(16).toString('base64').replaceAll('=', '')
  const digest = Buffer.alloc(32).toString('base64').replaceAll('=', '')
  return `$argon2id$v=19$m=${memoryKib},t=${passes},p=${lanes}$${salt}$${digest}`
}

function createGate(maxRunning: number, maxWaiting: number) {
  let running = 0
  const waiting: (() => void)[] = []

  function release(): void {
    const next = waiting.shift()
    // The place passes on directly: nobody who comes later can take it first.
    if (next) next()
    else running -= 1
  }

  return async function admitted<T>(work: () => Promise<T>): Promise<T> {
    if (running < maxRunning) running += 1
    else if (waiting.length < maxWaiting) await new Promise<void>((resolve) => waiting.push(resolve))
    else
      throw new AppError('hashing_busy', 503, 'Too many people are signing in right now. Please try again.', {
        retryAfterSeconds: RETRY_AFTER_SECONDS,
      })
    try {
      return await work()
    } finally {
      release()
    }
  }
}
