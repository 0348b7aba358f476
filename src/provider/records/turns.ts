/**
 * Makes writers of one record take turns within this process. Each begins with what the one before it wrote. So
 * compare-and-set fails only against other processes, however many requests here write one session.
 */
import type { Root } from '../../grant-store/grant-store.ts'

/** What the writer before left. `undefined` for the first writer, or when it is not known. */
type Turn = (latest: Root | undefined) => Promise<Root | undefined>

export type Turns = (key: string, turn: Turn) => Promise<Root | undefined>

/** The longest wait for the writers before. With a store that hangs, the timeouts would otherwise add up. */
const PATIENCE_MS = 2000

export function createTurns(): Turns {
  const last = new Map<string, Promise<Root | undefined>>()
  return async (key, turn) => {
    const before = last.get(key)
    const mine = begin(before, turn)
    // After a failed write the state of the record is unknown.
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
