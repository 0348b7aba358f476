/** The port between the account cache and where its entries are: Redis, or the memory of this process. */
import { MINUTE_MS } from '../platform/clock.ts'
import type { KnownAccount } from './known-account.ts'

export type Entry = { version: number; account: KnownAccount }

/** Every operation is atomic. Where Redis does not answer, it rejects. */
export type Entries = {
  /** Nothing for a fence, an expired entry, and one that cannot be read. */
  read: (id: string) => Promise<Entry | undefined>
  /** Keeps an entry, unless there is an entry or fence of a higher version. */
  fill: (id: string, version: number, account: KnownAccount) => Promise<void>
  /** Removes the entry, and refuses entries of a lower version for as long as an entry lasts. */
  fence: (id: string, version: number) => Promise<void>
}

/** How long an entry lasts. It bounds how long personal data stay after the last use. */
export const ENTRY_TTL_MS = 5 * MINUTE_MS
