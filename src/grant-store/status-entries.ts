/**
 * The places of JWT access tokens in status lists (draft-ietf-oauth-status-list): tables `status_lists` and
 * `status_entries`. Owns what is revoked; which place a token gets is `place-allocator.ts`, the published form
 * `status-document.ts`.
 */
import type { Knex } from 'knex'
import { HOUR_MS } from '../platform/clock.ts'
import { inTransaction } from '../platform/sql/database.ts'
import type { Db, Sql } from '../platform/sql/database.ts'
import { changeShares, TOPICS } from '../platform/versioned-cache/topics.ts'
import type { Loaded } from '../platform/versioned-cache/versioned-cache.ts'

export type Place = { listId: string; idx: number }

export type StatusEntry = Place & {
  /** Tag of the token's grant; `null` for a client's own token. */
  grantTag: string | null
  clientId: string
  expiresAtMs: number
}

/** Longer than a process uses the places that it reserved. */
const UNUSED_LIST_MS = HOUR_MS

/** Names the cache of unrevoked places in its topics of the change feed. */
export const STATUS_CACHE = 'status'

/** Neighbours are in different shares, so that a revocation evicts few of the places that are in use. */
export function shareOfPlace({ idx }: Pick<Place, 'idx'>): number {
  return idx % TOPICS
}

export async function recordEntry(sql: Sql, entry: StatusEntry): Promise<void> {
  await sql('status_entries').insert(entry)
}

/** Which tokens: those of a grant, everything of a client, or a single one. */
export type TokenFilter = { grantTag: string } | { clientId: string } | Place

/** Revokes tokens and moves the versions of their lists. */
export async function revokeEntries(db: Db, tokens: TokenFilter): Promise<void> {
  // Most grants have no JWT: then one indexed read is enough, without a transaction.
  if ('idx' in tokens || (await unrevoked(db, tokens).first('idx')))
    await inTransaction(db, (trx) => revokeEntriesIn(trx, tokens))
}

/** `revokeEntries` inside the caller's transaction. */
export async function revokeEntriesIn(trx: Knex.Transaction, tokens: TokenFilter): Promise<void> {
  const revoked = await unrevoked(trx, tokens).update({ revoked: true })
  // SQL may have lost the row in a failover. The place may still be cached, so its share changes all the same.
  if (revoked === 0)
    return 'idx' in tokens ? changeShares(trx, STATUS_CACHE, [shareOfPlace(tokens)]) : undefined
  const changed: { listId: string; share: number }[] = await trx('status_entries')
    .where(tokens)
    .distinct('listId', trx.raw('?? % ? as ??', ['idx', TOPICS, 'share']))
  const lists = new Set(changed.map(({ listId }) => listId))
  await trx('status_lists')
    .whereIn('id', [...lists])
    .increment('version', 1)
  const shares = new Set(changed.map(({ share }) => Number(share)))
  await changeShares(trx, STATUS_CACHE, [...shares])
}

/**
 * Whether the place is unrevoked, and the version of the topic, in one statement. An empty place counts as revoked: that
 * token was never issued, or expired long ago.
 */
export async function readUnrevoked(sql: Sql, place: Place, topic: string): Promise<Loaded<true>> {
  const { listId, idx } = place
  const row: { version: number | null } | undefined = await unrevoked(sql, { listId, idx })
    .leftJoin('changes', (on) => on.onVal('changes.topic', topic))
    .first('changes.version as version')
  return row ? { value: true, version: Number(row.version ?? 0) } : { version: 0 }
}

function unrevoked(sql: Sql, tokens: TokenFilter) {
  return sql('status_entries').where({ ...tokens, revoked: false })
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

/**
 * Purges at most `limit` entries of expired tokens, and empty lists. Answers how many entries. It needs no fence: nobody
 * asks for the place of an expired token, and no place is given twice.
 */
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
