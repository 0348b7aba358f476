/**
 * Admission control for password hashing: at most one hash per core at a time and a short queue; beyond that the caller
 * is turned away at once, so that a login flood holds up neither the event loop nor the token endpoint.
 */
import { availableParallelism } from 'node:os'
import { Overload } from '../platform/errors.ts'
import { limitConcurrency } from '../platform/concurrency.ts'
import type { Argon2Settings } from './argon2.ts'
import { DEFAULT_ARGON2, hashPassword, needsRehash, provesWhole, verifyPassword } from './password-hash.ts'
import { phcString } from './phc.ts'

export type HashingSettings = Partial<Argon2Settings> & {
  /** Hashes at a time; the number of cores when not given. */
  maxRunning?: number
  /** How many may wait for their turn. */
  maxWaiting: number
}

/** A place among those who hash or wait for it. */
export type Place = { leave: () => void }

export type Hasher = {
  /**
   * A place to be used for `hash` and `verify`, so that what comes before them is not done in vain. The caller leaves it.
   * Throws `Overload('hashing_busy')` with `retryAfterSeconds`.
   */
  reserve: () => Place
  /** True when `reserve` would throw. */
  isFull: () => boolean
  /** PHC string of a new password. Without a place, throws as `reserve` does. */
  hash: (password: string, place?: Place) => Promise<string>
  /**
   * Compares; without a stored hash (no such account, no password set) it costs the same and answers false.
   * Without a place, throws as `reserve` does.
   */
  verify: (stored: string | null | undefined, password: string, place?: Place) => Promise<boolean>
  /** How many hashes are computed now, and how many wait for their turn. */
  queue: () => { running: number; waiting: number }
  /** True when the stored hash is outdated and proves the whole password. Call it after `verify` accepted the password. */
  needsRehash: (stored: string, password: string) => boolean
}

const RETRY_AFTER_SECONDS = 2

export function createHasher(settings: HashingSettings): Hasher {
  const { maxRunning = availableParallelism(), maxWaiting, ...given } = settings
  const argon2 = { ...DEFAULT_ARGON2, ...given }
  const gate = createGate(maxRunning, maxWaiting)
  // Of no password: verifying against it costs what a real one costs.
  const dummy = dummyHash(argon2)
  return {
    reserve: gate.reserve,
    isFull: gate.isFull,
    queue: gate.queue,
    hash: (password, place) => gate.admitted(() => hashPassword(password, argon2), place),
    verify: async (stored, password, place) => {
      const matches = await gate.admitted(() => verifyPassword(stored ?? dummy, password), place)
      return matches && typeof stored === 'string'
    },
    needsRehash: (stored, password) => needsRehash(stored, argon2) && provesWhole(stored, password),
  }
}

function dummyHash({ memoryKib: m, passes: t, lanes: p }: Argon2Settings): string {
  return phcString('argon2id$v=19', { m, t, p }, Buffer.alloc(16), Buffer.alloc(32))
}

function createGate(maxRunning: number, maxWaiting: number) {
  let places = 0
  const turns = limitConcurrency(maxRunning)
  const isFull = () => places >= maxRunning + maxWaiting

  function reserve(): Place {
    if (isFull()) throw new Overload('hashing_busy', RETRY_AFTER_SECONDS)
    places += 1
    let left = false
    return {
      leave() {
        if (!left) places -= 1
        left = true
      },
    }
  }

  async function admitted<T>(work: () => Promise<T>, given?: Place): Promise<T> {
    const place = given ?? reserve()
    try {
      return await turns.run(work)
    } finally {
      if (!given) place.leave()
    }
  }

  const queue = () => ({ running: turns.running(), waiting: turns.waiting() })

  return { reserve, isFull, admitted, queue }
}
