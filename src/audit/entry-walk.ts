/**
 * Reads entries in the order of time, by one index. Further conditions are tested on what that index has, in steps. So no list reads
 * or sorts the whole trail, by whichever conditions it is narrowed.
 */
import type { Knex } from 'knex'
import { isSqlite } from '../platform/sql/database.ts'
import type { Sql } from '../platform/sql/database.ts'
import type { AuditKind } from './audit-kinds.ts'

export type EntryFilter = {
  actor?: string | undefined
  accountId?: string | undefined
  action?: string | undefined
  kind?: AuditKind | undefined
  /** The client id of an app. */
  clientId?: string | undefined
  fromMs?: number | undefined
  untilMs?: number | undefined
}

/** Where an entry is in the order. Entries of one moment come in the order of their ids. */
export type Place = { atMs: number; id: number }

export type Walk = {
  filter: EntryFilter
  order: 'latest_first' | 'oldest_first'
  /** Only what comes after it. */
  after?: Place | undefined
  limit: number
}

/** The condition that mostly chooses the fewest comes first. Each index has the time as its second column. */
const INDEXES = {
  accountId: 'audit_events_account_at_index',
  clientId: 'audit_events_client_at_index',
  action: 'audit_events_action_index',
  actor: 'audit_events_actor_at_index',
  chain: 'audit_events_kind_at_index',
} as const
const OF_TIME = 'audit_events_at_index'

type Condition = { column: keyof typeof INDEXES; value: string }

/** More at once would hold the only connection to SQLite for longer than a request should wait. */
const STEP = 1000
/** Where several common conditions leave out nearly all, a page ends here. The next one goes on from there. */
const MOST_STEPS = 3
/** To compare conditions: one of fewer keys takes a single step. */
const MOST_COUNTED = STEP

/** `next`: where the reading ended. It is there with fewer rows than `limit`, or with none, where conditions left out nearly all. */
export async function walkEntries<Row extends Place>(
  sql: Sql,
  columns: readonly string[],
  walk: Walk,
): Promise<{ rows: Row[]; next: Place | undefined }> {
  const { limit, filter } = walk
  const conditions = conditionsIn(filter)
  const by = await rarest(sql, conditions, walk)
  const others = conditions.filter(({ column }) => column !== by?.column)
  const rows: Row[] = []
  let { after } = walk
  for (let step = 1; ; step += 1) {
    const rest = { ...walk, after }
    const end = others.length === 0 ? undefined : await endOfStep(sql, by, rest)
    const some = (await ordered(sql, by, rest)
      .where(equal(others))
      .modify((found) => end && until(found, rest, end))
      .limit(limit + 1 - rows.length)
      .select(...columns)) as Row[]
    rows.push(...some)
    if (rows.length > limit) return { rows: rows.slice(0, limit), next: placeOf(rows[limit - 1]) }
    if (end === undefined || step === MOST_STEPS) return { rows, next: end }
    after = end
    await othersTurn()
  }
}

function conditionsIn({ kind, ...filter }: EntryFilter): Condition[] {
  const values = { ...filter, chain: kind }
  return (Object.keys(INDEXES) as Condition['column'][]).flatMap((column) => {
    const value = values[column]
    return value === undefined ? [] : [{ column, value }]
  })
}

/** Of what is left of the walk. Counts the keys of each condition, as far as that takes no time. */
async function rarest(
  sql: Sql,
  conditions: readonly Condition[],
  walk: Walk,
): Promise<Condition | undefined> {
  if (conditions.length < 2) return conditions[0]
  const counted: { condition: Condition; count: number }[] = []
  for (const condition of conditions) {
    const keys = bounded(sql, condition, walk).limit(MOST_COUNTED).select('id')
    const [row] = (await sql.from(keys.as('some')).count({ n: '*' })) as { n: number | string }[]
    counted.push({ condition, count: Number(row?.n) })
  }
  return counted.toSorted((a, b) => a.count - b.count)[0]?.condition
}

/** Nothing where fewer are left. */
async function endOfStep(sql: Sql, by: Condition | undefined, walk: Walk): Promise<Place | undefined> {
  const rows = (await ordered(sql, by, walk)
    .offset(STEP - 1)
    .limit(1)
    .select('atMs', 'id')) as Place[]
  return placeOf(rows[0])
}

function ordered(sql: Sql, by: Condition | undefined, walk: Walk): Knex.QueryBuilder {
  const order = walk.order === 'latest_first' ? 'desc' : 'asc'
  return bounded(sql, by, walk).orderBy([
    { column: 'atMs', order },
    { column: 'id', order },
  ])
}

/** What one index has within the times of the filter, after the place. */
function bounded(
  sql: Sql,
  by: Condition | undefined,
  { filter: { fromMs, untilMs }, order, after }: Walk,
): Knex.QueryBuilder {
  const rows = sql.from(byIndex(sql, by === undefined ? OF_TIME : INDEXES[by.column]))
  if (by) void rows.where(equal([by]))
  if (fromMs !== undefined) void rows.where('atMs', '>=', fromMs)
  if (untilMs !== undefined) void rows.where('atMs', '<', untilMs)
  if (after) void beyond(rows, order === 'latest_first' ? '<' : '>', after)
  return rows
}

function until(rows: Knex.QueryBuilder, { order }: Walk, { atMs, id }: Place): Knex.QueryBuilder {
  const is = order === 'latest_first' ? '>' : '<'
  return rows
    .where('atMs', `${is}=`, atMs)
    .where((one) => void one.where('atMs', is, atMs).orWhere('id', `${is}=`, id))
}

/** The first condition alone bounds the index. MariaDB does not see that in a condition with an "or". */
function beyond(rows: Knex.QueryBuilder, is: '<' | '>', { atMs, id }: Place): Knex.QueryBuilder {
  return rows
    .where('atMs', `${is}=`, atMs)
    .where((one) => void one.where('atMs', is, atMs).orWhere('id', is, id))
}

function equal(conditions: readonly Condition[]): Record<string, string> {
  return Object.fromEntries(conditions.map(({ column, value }) => [column, value]))
}

/** Without it, each database may take another index: SQLite knows nothing of what is rare, MariaDB walks because of the limit. */
function byIndex(sql: Sql, index: string): Knex.Raw {
  const wish = isSqlite(sql) ? '?? indexed by ??' : '?? force index (??)'
  return sql.raw(wish, ['audit_events', index])
}

function placeOf(row: Place | undefined): Place | undefined {
  return row && { atMs: Number(row.atMs), id: Number(row.id) }
}

/** On SQLite no query waits for anything. */
function othersTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
