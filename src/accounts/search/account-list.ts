/** Lists accounts page by page. The position is a key, not an offset: pages stay right while rows come and go. */
import type { Sql } from '../../platform/sql/database.ts'
import { accountColumns } from '../account.ts'
import type { Account } from '../account.ts'
import { beyond, listedOrder, readPlace } from './listed-order.ts'
import { matchOrder } from './matches.ts'
import { narrowingsIn } from './narrowed.ts'
import type { Narrowing } from './narrowed.ts'
import { readOrder } from './read-order.ts'

export type AccountQuery = Narrowing & {
  /** The beginning of an address, a name, a user name or an id; or, with its `@`, of a domain. */
  search?: string | undefined
  /** The `next` of the page before, with the same search and the same conditions. */
  after?: string | undefined
  /** 1 to 200; 50 when not given. */
  limit?: number | undefined
  /** How many to leave out first. */
  skip?: number | undefined
}

/** Where conditions leave out nearly all accounts, a page may have fewer than its limit, or none, and a `next`. */
export type AccountPage = { accounts: Account[]; next: string | undefined }

/**
 * With `search`, in the order of what matches; else as `listed-order.ts` says, mostly the newest first.
 * @throws AppError 400 `invalid_cursor` when `after` is no `next` of a page
 */
export async function listAccounts(
  sql: Sql,
  { search = '', after, limit = 50, skip = 0, ...narrowing }: AccountQuery,
): Promise<AccountPage> {
  const size = Math.min(Math.max(Math.trunc(limit), 1), 200)
  const isSearch = search.trim() !== ''
  if (!isSearch && narrowingsIn(narrowing) === 0) return newest(sql, { after, size, skip })
  const order = isSearch ? matchOrder(search) : listedOrder(narrowing)
  const place = after === undefined ? undefined : order.placeAt(after)
  const read = { after: place, limit: size, skip, narrowing }
  const { accounts, next } = await readOrder(sql, order, read, isSearch)
  return { accounts, next: next && order.cursorOf(next) }
}

type Page = { after: string | undefined; size: number; skip: number }

/** In one query. */
async function newest(sql: Sql, { after, size, skip }: Page): Promise<AccountPage> {
  const rows: Account[] = await sql<Account>('accounts')
    .select(...accountColumns(sql))
    .where(beyond('createdAtMs', '<', after === undefined ? undefined : readPlace('', after)))
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
