/** Which roles an import may give: those that are here, and those that the file brings. */
import { ADMIN } from '../roles.ts'
import type { Db } from '../../platform/sql/database.ts'

export type KnownRoles = {
  /** It has to see every line: roles come before the accounts that have them. */
  see: (line: Readonly<Record<string, unknown>>) => void
  /** Those of these names that nobody knows. */
  unknown: (names: readonly string[]) => Promise<string[]>
}

export function createKnownRoles(db: Db): KnownRoles {
  const brought = new Set([ADMIN])
  let here: ReadonlySet<string> | undefined
  return {
    see({ type, name }) {
      if (type === 'role') brought.add(String(name))
    },
    async unknown(names) {
      const others = names.filter((name) => !brought.has(name))
      if (others.length === 0) return []
      here ??= new Set((await db<{ name: string }>('roles').select('name')).map(({ name }) => name))
      return others.filter((name) => !here?.has(name))
    },
  }
}
