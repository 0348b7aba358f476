/** Lists accounts page by page, newest first. The position is a key, not an offset: pages stay right while rows come and go. */
import type { Knex } from 'knex'
import { AppError } from '../platform/errors.ts'
import type { Sql } from '../platform/sql/database.ts'
import { accountColumns } from './account.ts'
import type { Account } from './account.ts'

export type AccountQuery = {
  /** Part of an address or a name. */
  search?: string | undefined
  /** The `next` of the page before. */
  after?: string | undefined
  /** 1 to 200; 50 when not given. */
  limit?: number | undefined
  /** How many to leave out first. */
  skip?: number | undefined
}

export type AccountPage = { accounts: Account[]; next: string | undefined }

/** @throws AppError 400 `invalid_cursor` when `after` is no `next` of a page */
export async function listAccounts(
  sql: Sql,
  { search, after, limit = 50, skip = 0 }: AccountQuery,
): Promise<AccountPage> {
  const size = Math.min(Math.max(Math.trunc(limit), 1), 200)
  const rows: Account[] = await sql<Account>('accounts')
    .select(...accountColumns(sql))
    .where(olderThan(after))
    .where(matching(search))
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

type Narrowing = Knex.QueryCallback

function olderThan(after: string | undefined): Narrowing {
  if (after === undefined) return () => undefined
  const [, createdAtMs, id] = /^(\d{1,15})\.([\w.~|:+=-]{1,36})$/.exec(after) ?? []
  if (!createdAtMs || !id)
    throw new AppError('invalid_cursor', 400, 'The cursor is not the next of a page before.')
  return (rows) => {
    void rows
      .where('createdAtMs', '<', Number(createdAtMs))
      .orWhere((same) => same.where('createdAtMs', Number(createdAtMs)).where('id', '<', id))
  }
}

function matching(search = ''): Narrowing {
  const typed = search.trim()
  return (rows) => {
    if (typed === '') return
    // SQLite lowers ASCII only, hence the name as typed as well.
    void rows
      .whereRaw("?? like ? escape '!'", ['emailCanonical', likePattern(typed.toLowerCase())])
      .orWhereRaw("lower(??) like ? escape '!'", ['name', likePattern(typed.toLowerCase())])
      .orWhereRaw("?? like ? escape '!'", ['name', likePattern(typed)])
  }
}

function likePattern(text: string): string {
  return `%${text.replace(/[!%_]/g, '!$&')}%`
}
