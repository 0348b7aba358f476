/** Finds groups by their names. */
import type { Sql } from '../platform/sql/database.ts'

/** Names of one statement: the smallest limit is SQLite's 32,766. */
const NAMES = 5000

/** Of the groups that are here, by the folded forms of their names. */
export async function groupIds(sql: Sql, folded: readonly string[]): Promise<Map<string, string>> {
  const ids = new Map<string, string>()
  for (let at = 0; at < folded.length; at += NAMES) {
    const part = folded.slice(at, at + NAMES)
    const rows: { id: string; nameCanonical: string }[] = await sql('groups')
      .whereIn('nameCanonical', part)
      .select('id', 'nameCanonical')
    for (const { id, nameCanonical } of rows) ids.set(nameCanonical, id)
  }
  return ids
}
