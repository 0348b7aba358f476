/**
 * The port between a cache and where its entries are: Redis, or the memory of this process. Entries of one topic of the
 * change feed are together, and have the same version.
 */
import { MINUTE_MS } from '../clock.ts'

export type Entry<Value> = { version: number; value: Value }

/** Every operation is atomic. Where Redis does not answer, it rejects. */
export type Entries<Value> = {
  /** Nothing for what was not filled in since the last fence, has expired, or cannot be read. */
  read: (topic: string, id: string) => Promise<Entry<Value> | undefined>
  /** Keeps an entry, unless the topic has a higher version. Removes the entries of a lower one. */
  fill: (topic: string, id: string, entry: Entry<Value>) => Promise<void>
  /** Removes the entries of this and lower versions, and refuses those of lower ones for as long as entries last. */
  fence: (topic: string, version: number) => Promise<void>
}

/** How long the entries of a topic last. It bounds how long personal data stay after the last use. */
export const ENTRY_TTL_MS = 5 * MINUTE_MS
