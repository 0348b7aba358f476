/**
 * The orders of lists without a search, each with an index. The newest first; those with a role or in a group by their ids; the
 * disabled ones by when that was; those that will be deleted by when that will be.
 */
import type { Knex } from 'knex'
import type { Sql } from '../../platform/sql/database.ts'
import { byIndex } from './narrowed.ts'
import type { Narrowing } from './narrowed.ts'
import { compareTexts, invalidCursor } from './order.ts'
import type { Order, Place } from './order.ts'

export function listedOrder({ state, groupId, role }: Narrowing): Order {
  if (role !== undefined) return byIds((sql) => sql('account_roles').where({ role }))
  if (groupId !== undefined) return byIds((sql) => sql('group_members').where({ groupId }))
  if (state === 'awaiting_approval') return byIds((sql) => sql('registration_approvals'))
  if (state === 'disabled') return byTime(DISABLED)
  if (state === 'deletion_planned') return byTime(DELETION)
  return byTime(state === 'unverified' ? UNVERIFIED : NEWEST)
}

type Times = {
  column: string
  index: string
  descending: boolean
  /** Begins its cursors, so that one of another order is refused. */
  mark: string
  only?: (rows: Knex.QueryBuilder) => unknown
}

const NEWEST: Times = {
  column: 'createdAtMs',
  index: 'accounts_created_index',
  descending: true,
  mark: '',
}
const UNVERIFIED: Times = {
  ...NEWEST,
  index: 'accounts_unverified_index',
  only: (rows) => rows.whereNull('emailVerifiedAtMs'),
}
const DISABLED = among({
  column: 'disabledAtMs',
  index: 'accounts_disabled_index',
  descending: true,
  mark: 'd',
})
const DELETION = among({
  column: 'deleteAtMs',
  index: 'accounts_delete_at_index',
  descending: false,
  mark: 'e',
})

/** Those that have the time. SQLite enters an index by a bound, and not by `is not null`. */
function among(times: Times): Times {
  return { ...times, only: (rows) => rows.where(times.column, '>=', 0) }
}

function byTime({ column, index, descending, mark, only }: Times): Order {
  const [further, direction] = descending ? (['<', 'desc'] as const) : (['>', 'asc'] as const)
  const sign = descending ? -1 : 1
  return {
    columns: [column],
    async keysAfter(sql, after, limit) {
      const rows: { at: number; id: string }[] = await sql
        .from(byIndex(sql, index))
        .select({ at: column, id: 'id' })
        .where((some) => void only?.(some))
        .where(beyond(column, further, after))
        .orderBy([
          { column, order: direction },
          { column: 'id', order: direction },
        ])
        .limit(limit)
      return rows.map(({ at, id }) => ({ term: String(at), id }))
    },
    placeOf: ({ id, [column]: at }) => (typeof at === 'number' ? { term: String(at), id } : undefined),
    compare: (a, b) => sign * (Number(a.term) - Number(b.term) || compareTexts(a.id, b.id)),
    cursorOf: ({ term, id }) => `${mark}${term}.${id}`,
    placeAt: (cursor) => readPlace(mark, cursor),
  }
}

/** What comes after a place of an order by time. */
export function beyond(column: string, further: '<' | '>', after: Place | undefined): Knex.QueryCallback {
  if (after === undefined) return () => undefined
  const atMs = Number(after.term)
  return (rows) => {
    void rows
      // Said twice: SQLite enters its index by a bound, and not by a choice.
      .where(column, `${further}=`, atMs)
      .where((next) => {
        void next
          .where(column, further, atMs)
          .orWhere((same) => same.where(column, atMs).where('id', further, after.id))
      })
  }
}

/** @throws AppError 400 `invalid_cursor` */
export function readPlace(mark: string, cursor: string): Place {
  const [, term = '', id] = cursor.startsWith(mark) ? (CURSOR.exec(cursor.slice(mark.length)) ?? []) : []
  if (id === undefined) throw invalidCursor()
  return { term, id }
}

const CURSOR = /^(\d{1,15})\.([\w.~|:+=-]{1,36})$/

function byIds(rowsOf: (sql: Sql) => Knex.QueryBuilder): Order {
  return {
    columns: [],
    async keysAfter(sql, after, limit) {
      const rows: { id: string }[] = await rowsOf(sql)
        .where('accountId', '>', after?.id ?? '')
        .orderBy('accountId')
        .limit(limit)
        .select({ id: 'accountId' })
      return rows.map(({ id }) => ({ term: '0', id }))
    },
    placeOf: ({ id }) => ({ term: '0', id }),
    compare: (a, b) => compareTexts(a.id, b.id),
    cursorOf: ({ id }) => `i0.${id}`,
    placeAt: (cursor) => readPlace('i', cursor),
  }
}
