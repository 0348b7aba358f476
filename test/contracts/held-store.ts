/** A store that holds the first call of one operation, so that a test decides what happens in between. */
import type { GrantStore } from '../../src/grant-store/grant-store.ts'

export type HeldStore = {
  store: GrantStore
  /** Resolves when the first call has arrived and waits. */
  reached: Promise<void>
  release: () => void
}

export function holdFirst(store: GrantStore, operation: keyof GrantStore): HeldStore {
  const reached = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  let first = true
  const held = new Proxy(store, {
    get(target, name: keyof GrantStore) {
      if (name !== operation || !first) return target[name]
      return async (...args: unknown[]) => {
        first = false
        reached.resolve()
        await released.promise
        return (target[name] as (...rest: unknown[]) => unknown)(...args)
      }
    },
  })
  return { store: held, reached: reached.promise, release: released.resolve }
}
