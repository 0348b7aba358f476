import { randomUUID } from 'node:crypto'
import { MOST_GROUPS } from '../../src/groups/members.ts'
import type { Db } from '../../src/platform/sql/database.ts'

/** Puts an account into as many groups as it may be in. */
export async function inManyGroups(db: Db, accountId: string): Promise<void> {
  const groups = Array.from({ length: MOST_GROUPS }, (_, n) => {
    const name = `many-${n}-${accountId}`
    return { id: randomUUID(), name, nameCanonical: name, description: '', createdAtMs: 0, updatedAtMs: 0 }
  })
  await db.batchInsert('groups', groups, 100)
  const members = groups.map(({ id: groupId }) => ({ groupId, accountId }))
  await db.batchInsert('group_members', members, 100)
}
