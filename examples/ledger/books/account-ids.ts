/** The ids of accounts, so that a transfer does not look them up. Ids never change, and only opened accounts are kept. */
import { LRUCache } from 'lru-cache'
import type { Db } from '../database.ts'
import { findAccounts } from './account.ts'

export type AccountIds = {
  /** The ids, in the order of `subs`; undefined while one of them has no account. */
  of: (subs: readonly string[]) => Promise<number[] | undefined>
}

const MOST_KEPT = 50_000

export function createAccountIds(db: Db): AccountIds {
  const kept = new LRUCache<string, number>({ max: MOST_KEPT })
  return {
    async of(subs) {
      const missing = subs.filter((sub) => !kept.has(sub))
      // Outside of any transaction: an account that is being opened may yet vanish.
      const found = missing.length > 0 ? await findAccounts(db, missing) : []
      for (const { sub, id } of found) kept.set(sub, id)
      const ids = subs.flatMap((sub) => kept.get(sub) ?? [])
      return ids.length === subs.length ? ids : undefined
    },
  }
}
