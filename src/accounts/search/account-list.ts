/** Lists accounts page by page. The position is a key, not an offset: pages stay right while rows come and go. */
import type { Knex } from 'knex'
import { AppError } from '../../platform/errors.ts'
import type { Sql } from '../../platform/sql/database.ts'
import { accountColumns } from '../account.ts'
import type { Account } from '../account.ts'
import { findMatches, placeText, readPlace } from './matches.ts'

export type AccountQuery = {
  /** The beginning of an address, a name, a user name or an id; or, with its `@`, of a domain. */
  search?: string | undefined
  /** The `next` of the page before, with the same `search`. */
  after?: string | undefined
  /** 1 to 200; 50 when not given. */
  limit?: number | undefined
  /** How many to leave out first. */
  skip?: number | undefined
}

export type AccountPage = { accounts: Account[]; next: string | undefined }

/**
 * Newest first. With `search`, in the order of what matches.
 * @throws AppError 400 `invalid_cursor` when `after` is no `next` of a page
 */
export async function listAccounts(
  sql: Sql,
  { search = '', after, limit = 50, skip = 0 }: AccountQuery,
): Promise<AccountPage> {
  const size = Math.min(Math.max(Math.trunc(limit), 1), 200)
  if (search.trim() === '') return newest(sql, { after, size, skip })
  const place = after === undefined ? undefined : readPlace(after)
  const { accounts, next } = await findMatches(sql, { search, after: place, limit: size, skip })
  return { accounts, next: next && placeText(next) }
}

type Page = { after: string | undefined; size: number; skip: number }

async function newest(sql: Sql, { after, size, skip }: Page): Promise<AccountPage> {
  const rows: Account[] = await sql<Account>('accounts')
    .select(...accountColumns(sql))
    .where(olderThan(after))
    .orderBy([
      { column: 'createdAtMs', order: 'desc' },
      { column: 'id', order: 'desc' },
    ])
    .limit(size + 1)
    .offset(skip)
  const accounts = rows.slice(0, size)
  const last = accounts.at(-1)
  return { accounts, next: rows.length > size && last ? `${last.createdAtMs}.${last.id}` : undefined }
}

function olderThan(after: string | undefined): Knex.QueryCallback {
  if (after === undefined) return () => undefined
  const [, createdAtMs, id] = /^(\d{1,15})\.([\w.~|:+=-]{1,36})$/.exec(after) ?? []
  if (!createdAtMs || !id)
    throw new AppError('invalid_cursor', 400, 'The cursor is not the next of a page before.')
  return (rows) => {
    void rows
      // Said twice: SQLite enters its index by a bound, and not by a choice.
      .where('createdAtMs', '<=', Number(createdAtMs))
      .where((older) => {
        void older
          .where('createdAtMs', '<', Number(createdAtMs))
          .orWhere((same) => same.where('createdAtMs', Number(createdAtMs)).where('id', '<', id))
      })
  }
}
