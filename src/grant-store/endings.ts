/**
 * Listeners for sessions and grants that end in the grant store, for every cause: a person, a limit, an operator,
 * another sign-in.
 */
import type { GrantStore, Root, RootKey } from './grant-store.ts'

/** `root` reads the session or grant with that key, if it is there. */
export type Ending = (key: RootKey, root: () => Promise<Root | undefined>) => Promise<void>

/**
 * Runs every listener before a root ends, so that it also runs if the process dies in between. Runs them again after,
 * for records added meanwhile. `endings` may grow until the first root ends.
 */
export function withEndings(store: GrantStore, endings: readonly Ending[]): GrantStore {
  return {
    ...store,
    async destroyRoot(key, tombstoneUntilMs) {
      for (const ending of endings) await ending(key, () => store.readRoot(key))
      const ended = await store.destroyRoot(key, tombstoneUntilMs)
      for (const ending of endings) await ending(key, () => Promise.resolve(ended))
      return ended
    },
  }
}
