/**
 * Proof of work, without a third party. A puzzle is sealed, so that nothing is stored for those who never solve it. Its
 * solution is good once, for one address and from one network, until the puzzle expires.
 *
 * A solution has one number for each part. For part `p`, the SHA-256 of `base.number` begins with `bits` zero bits, where
 * `base` is the SHA-256 of `puzzle:address:p` in base64url. Many small parts take a steadier time than one large one.
 */
import { hash } from 'node:crypto'
import { z } from 'zod'
import { MINUTE_MS, SECOND_MS } from '../platform/clock.ts'
import type { Clock } from '../platform/clock.ts'
import type { Db } from '../platform/sql/database.ts'
import { digest, keyedDigest, randomToken } from '../platform/tokens.ts'
import type { Sealer } from '../platform/tokens.ts'
import type { Config } from '../settings/config.ts'
import { takeFromBucket } from './bucket.ts'
import { networkOf } from './network.ts'

/** What a browser or an app gets to solve. */
export type Puzzle = { puzzle: string; parts: number; bits: number; expires_in: number }

type Puzzling = { db: Db; config: Pick<Config, 'keys' | 'limits'>; clock: Clock; sealer: Sealer }

export const PUZZLE_PARTS = 16
/** Long enough for a form that is filled in slowly. */
const LIFETIME_MS = 10 * MINUTE_MS
const CONTEXT = 'puzzle'
/** `puzzle:number.number…` */
const SHAPE = /^([\w.-]{1,600}):(\d{1,10}(?:\.\d{1,10}){0,63})$/
const sealed = z.object({ id: z.string(), network: z.string(), bits: z.number(), untilMs: z.number() })

export function issuePuzzle({ config, clock, sealer }: Omit<Puzzling, 'db'>, ip: string): Puzzle {
  const { challengeBits: bits } = config.limits
  const untilMs = clock() + LIFETIME_MS
  const puzzle = sealer.seal(
    JSON.stringify({ id: randomToken(128), network: networkKey(config, ip), bits, untilMs }),
    CONTEXT,
  )
  return { puzzle, parts: PUZZLE_PARTS, bits, expires_in: LIFETIME_MS / SECOND_MS }
}

/** True once for a solution: of parallel requests with the same one, for one. `address`: as it was typed, trimmed. */
export async function takeSolution(
  { db, config, clock, sealer }: Puzzling,
  { solution, address, ip }: { solution: string; address: string; ip: string },
): Promise<boolean> {
  const [, puzzle = '', numbers = ''] = SHAPE.exec(solution) ?? []
  const opened = sealer.open(puzzle, CONTEXT)
  const { data } = sealed.safeParse(opened === undefined ? undefined : JSON.parse(opened))
  const nowMs = clock()
  if (!data || data.untilMs <= nowMs || data.network !== networkKey(config, ip)) return false
  if (!isSolved(puzzle, address, numbers.split('.'), data.bits)) return false
  const bucket = keyedDigest(config.keys.index, JSON.stringify(['solved', data.id]))
  return (await takeFromBucket(db, { bucket, limit: 1, windowMs: data.untilMs - nowMs, nowMs })).allowed
}

function isSolved(puzzle: string, address: string, numbers: readonly string[], bits: number): boolean {
  if (numbers.length !== PUZZLE_PARTS) return false
  return numbers.every((number, part) => {
    const base = digest(`${puzzle}:${address}:${part}`)
    return Buffer.from(hash('sha256', `${base}.${number}`, 'hex'), 'hex').readUInt32BE() >>> (32 - bits) === 0
  })
}

function networkKey({ keys }: Puzzling['config'], ip: string): string {
  return keyedDigest(keys.index, JSON.stringify(['puzzle', networkOf(ip)])).slice(0, 16)
}
