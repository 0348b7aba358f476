/** Clients page by page, newest first. The position is a key, so that pages stay right while clients come and go. */
import { AppError } from '../platform/errors.ts'
import type { Sql } from '../platform/sql/database.ts'
import { selectClients, toClient } from './client-rows.ts'
import type { Client } from './client-rows.ts'

export type ClientQuery = { limit: number; after?: string | undefined; skip?: number | undefined }

/** @throws AppError 400 `invalid_cursor` when `after` is no `next` of a page */
export async function pageOfClients(
  sql: Sql,
  { limit, after, skip = 0 }: ClientQuery,
): Promise<{ clients: Client[]; next: string | undefined }> {
  const from = after === undefined ? undefined : positionOf(after)
  const rows = await selectClients(sql)
    .where((page) => {
      if (!from) return
      void page
        .where('createdAtMs', '<', from.createdAtMs)
        .orWhere((same) => same.where('createdAtMs', from.createdAtMs).where('clientId', '>', from.clientId))
    })
    .orderBy([{ column: 'createdAtMs', order: 'desc' }, { column: 'clientId' }])
    .limit(limit + 1)
    .offset(skip)
  const last = rows[limit - 1]
  const next = rows.length > limit && last ? cursorOf(last) : undefined
  return { clients: rows.slice(0, limit).map(toClient), next }
}

type Position = { createdAtMs: number; clientId: string }

/** Ids of clients may be addresses, so that the cursor is encoded. */
function cursorOf({ createdAtMs, clientId }: Position): string {
  return Buffer.from(`${createdAtMs}.${clientId}`).toString('base64url')
}

function positionOf(cursor: string): Position {
  const [, createdAtMs, clientId] =
    /^(\d{1,15})\.(.{1,255})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? []
  if (createdAtMs && clientId) return { createdAtMs: Number(createdAtMs), clientId }
  throw new AppError('invalid_cursor', 400, 'The cursor is not the next of a page before.')
}
