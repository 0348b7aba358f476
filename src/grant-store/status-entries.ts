/**
 * The places of JWT access tokens in status lists (draft-ietf-oauth-status-list): tables `status_lists` and
 * `status_entries`. Owns what is revoked; which place a token gets is `place-allocator.ts`, the published form
 * `status-document.ts`.
 */
import type { Knex } from 'knex'
import { HOUR_MS } from '../platform/clock.ts'
import { inTransaction } from '../platform/sql/database.ts'
import type { Db, Sql } from '../platform/sql/database.ts'

export type Place = { listId: string; idx: number }

export type StatusEntry = Place & {
  /** Tag of the token's grant; `null` for a client's own token. */
  grantTag: string | null
  clientId: string
  expiresAtMs: number
}

/** Longer than a process uses the places that it reserved. */
const UNUSED_LIST_MS = HOUR_MS

export async function recordEntry(sql: Sql, entry: StatusEntry): Promise<void> {
  await sql('status_entries').insert(entry)
}

/** Which tokens: those of a grant, everything of a client, or a single one. */
export type Whose = { grantTag: string } | { clientId: string } | Place

/** Revokes tokens and moves the versions of their lists. */
export async function revokeEntries(db: Db, whose: Whose): Promise<void> {
  // Most grants have no JWT: then one indexed read is enough, without a transaction.
  if (await unrevoked(db, whose).first('idx')) await inTransaction(db, (trx) => revokeEntriesIn(trx, whose))
}

/** `revokeEntries` inside the caller's transaction. */
export async function revokeEntriesIn(trx: Knex.Transaction, whose: Whose): Promise<void> {
  const revoked = await unrevoked(trx, whose).update({ revoked: true })
  if (revoked === 0) return
  const lists: Pick<Place, 'listId'>[] = await trx('status_entries').where(whose).distinct('listId')
  const changed = lists.map(({ listId }) => listId)
  await trx('status_lists').whereIn('id', changed).increment('version', 1)
}

/** False also for an empty place: that token was never issued, or expired long ago. */
export async function isUnrevoked(sql: Sql, { listId, idx }: Place): Promise<boolean> {
  return (await unrevoked(sql, { listId, idx }).first('idx')) !== undefined
}

function unrevoked(sql: Sql, whose: Whose) {
  return sql('status_entries').where({ ...whose, revoked: false })
}

/** `undefined` when there is no such list (any more). */
export async function findListVersion(sql: Sql, listId: string): Promise<number | undefined> {
  const row: { id: string; version: number } | undefined = await sql('status_lists')
    .select('id', 'version')
    .where({ id: listId })
    .first()
  return row?.id === listId ? Number(row.version) : undefined
}

export async function listRevoked(sql: Sql, listId: string): Promise<number[]> {
  return sql('status_entries').where({ listId, revoked: true }).pluck('idx')
}

/** Newest first. */
export async function listIds(sql: Sql): Promise<string[]> {
  return sql('status_lists').orderBy('createdAtMs', 'desc').pluck('id')
}

/** Purges at most `limit` entries of expired tokens, and empty lists. Answers how many entries. */
export async function purgeEntries(db: Db, nowMs: number, limit: number): Promise<number> {
  const rows: Place[] = await db('status_entries')
    .select('listId', 'idx')
    .where('expiresAtMs', '<=', nowMs)
    .limit(limit)
  const byList = Map.groupBy(rows, ({ listId }) => listId)
  for (const [listId, places] of byList) {
    const idxs = places.map(({ idx }) => idx)
    await db('status_entries').where({ listId }).whereIn('idx', idxs).delete()
  }
  await db('status_lists')
    .where('reservedAtMs', '<=', nowMs - UNUSED_LIST_MS)
    .whereNotExists(
      db('status_entries').select(db.raw('1')).whereRaw('?? = ??', ['listId', 'status_lists.id']),
    )
    .delete()
  return rows.length
}
