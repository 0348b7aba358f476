/**
 * Gives each JWT access token its own place in a status list. A process reserves a block of places in one short
 * transaction and uses them in random order. So a token needs no counter in SQL, and processes do not conflict. The
 * place does not reveal when, in which order or for which person a token was made. The rest of a process's last block
 * stays unused.
 */
import { randomInt } from 'node:crypto'
import type { Knex } from 'knex'
import { MINUTE_MS } from '../../platform/clock.ts'
import type { Clock } from '../../platform/clock.ts'
import { inTransaction } from '../../platform/sql/database.ts'
import type { Db } from '../../platform/sql/database.ts'
import { randomToken } from '../../platform/tokens.ts'
import type { Place } from '../../grant-store/status-entries.ts'

/** Places of a list: 16 KiB before compression, and enough tokens to hide one among them. */
export const LIST_SIZE = 131_072
const BLOCK_SIZE = 512
/** A block is abandoned after this time, so that a list with only expired tokens can be purged. */
const BLOCK_MS = 10 * MINUTE_MS

type Block = { listId: string; free: number[]; untilMs: number }
export type PlaceAllocator = { next: () => Promise<Place> }

export function createPlaceAllocator(
  db: Db,
  clock: Clock,
  { listSize, blockSize } = { listSize: LIST_SIZE, blockSize: BLOCK_SIZE },
): PlaceAllocator {
  let block: Block | undefined
  let reserving: Promise<void> | undefined

  const refill = async () => {
    block = await reserveBlock(db, clock(), listSize, blockSize)
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

/** Concurrent processes wait for one another at the list's row. */
async function reserveBlock(db: Db, nowMs: number, listSize: number, blockSize: number): Promise<Block> {
  return inTransaction(db, async (trx) => {
    const { id, reserved } = (await openList(trx, listSize - blockSize)) ?? (await addList(trx, nowMs))
    await trx('status_lists')
      .where({ id })
      .update({ reserved: reserved + blockSize, reservedAtMs: nowMs })
    return { listId: id, free: shuffled(reserved, blockSize), untilMs: nowMs + BLOCK_MS }
  })
}

type OpenList = { id: string; reserved: number }

async function openList(trx: Knex.Transaction, mostReserved: number): Promise<OpenList | undefined> {
  return trx('status_lists')
    .select('id', 'reserved')
    .where('reserved', '<=', mostReserved)
    .orderBy([{ column: 'createdAtMs' }, { column: 'id' }])
    .forUpdate()
    .first()
}

async function addList(trx: Knex.Transaction, nowMs: number): Promise<OpenList> {
  const list = { id: randomToken(128), reserved: 0 }
  await trx('status_lists').insert({ ...list, reservedAtMs: nowMs, createdAtMs: nowMs })
  return list
}

/** Fisher–Yates shuffle. */
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
