/**
 * Gives each JWT access token a place of its own in a status list. A process takes a block of places with one
 * conditional statement and hands them out in random order, so that a token costs no counter in SQL, two processes never
 * meet, and the place says nothing about when, after which other token, or for whom a token was made. What a process
 * leaves of its last block stays unused.
 */
import { randomInt } from 'node:crypto'
import { MINUTE_MS } from '../../platform/clock.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Db } from '../../platform/database.ts'
import { randomToken } from '../../platform/tokens.ts'
import type { Place } from './status-entries.ts'

/** Places of a list: 16 KiB before compression, and a crowd large enough to be lost in. */
export const LIST_SIZE = 131_072
const BLOCK_SIZE = 512
/** A block is left after this long, so that a list whose tokens have expired can go. */
const BLOCK_MS = 10 * MINUTE_MS
const ATTEMPTS = 50

type Block = { listId: string; free: number[]; untilMs: number }
type Needs = { db: Db; clock: Clock; listSize?: number; blockSize?: number }

export type PlaceAllocator = { next: () => Promise<Place> }

export function createPlaceAllocator({
  listSize = LIST_SIZE,
  blockSize = BLOCK_SIZE,
  ...needs
}: Needs): PlaceAllocator {
  const { clock } = needs
  let block: Block | undefined
  let reserving: Promise<void> | undefined

  const refill = async () => {
    block = await reserveBlock(needs, listSize, blockSize)
  }
  return {
    async next() {
      for (;;) {
        const idx = block && clock() < block.untilMs ? block.free.pop() : undefined
        if (block && idx !== undefined) return { listId: block.listId, idx }
        reserving ??= refill().finally(() => {
          reserving = undefined
        })
        await reserving
      }
    },
  }
}

async function reserveBlock({ db, clock }: Needs, listSize: number, blockSize: number): Promise<Block> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const open = await openList(db, listSize - blockSize)
    const nowMs = clock()
    if (!open) {
      await db('status_lists').insert({
        id: randomToken(128),
        reserved: 0,
        reservedAtMs: nowMs,
        createdAtMs: nowMs,
      })
      continue
    }
    const { id, reserved } = open
    const taken = await db('status_lists')
      .where({ id, reserved })
      .update({ reserved: reserved + blockSize, reservedAtMs: nowMs })
    if (taken === 1) return { listId: id, free: shuffled(reserved, blockSize), untilMs: nowMs + BLOCK_MS }
  }
  throw new Error('no block of status list places could be reserved')
}

async function openList(db: Db, mostReserved: number): Promise<{ id: string; reserved: number } | undefined> {
  return db('status_lists')
    .select('id', 'reserved')
    .where('reserved', '<=', mostReserved)
    .orderBy([{ column: 'createdAtMs' }, { column: 'id' }])
    .first()
}

/** Fisher–Yates. */
function shuffled(first: number, count: number): number[] {
  const places = Array.from({ length: count }, (_, offset) => first + offset)
  for (let last = count - 1; last > 0; last -= 1) {
    const other = randomInt(last + 1)
    const moved = places[last]!
    places[last] = places[other]!
    places[other] = moved
  }
  return places
}
