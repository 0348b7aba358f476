/**
 * Writers of one record take turns within this process, each beginning with what the one before it wrote: compare-and-set
 * then fails only for writers in other processes, however many of this one's requests write the same session at once.
 */
import type { Root } from '../../grant-store/grant-store.ts'

/** What the writer before left; `undefined` for the first, or when that is not known. */
type Turn = (latest: Root | undefined) => Promise<Root | undefined>

export type Turns = (key: string, turn: Turn) => Promise<Root | undefined>

/** Longer than this nobody waits for those before: a store that hangs would otherwise hold up each by its own timeout. */
const PATIENCE_MS = 2000

export function createTurns(): Turns {
  const last = new Map<string, Promise<Root | undefined>>()
  return async (key, turn) => {
    const before = last.get(key)
    const mine = begin(before, turn)
    // A failed write says nothing of what is there now.
    const settled = mine.catch(() => undefined)
    last.set(key, settled)
    try {
      return await mine
    } finally {
      if (last.get(key) === settled) last.delete(key)
    }
  }
}

async function begin(before: Promise<Root | undefined> | undefined, turn: Turn): Promise<Root | undefined> {
  return turn(before && (await atMost(PATIENCE_MS, before)))
}

async function atMost<T>(limitMs: number, work: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), limitMs)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
