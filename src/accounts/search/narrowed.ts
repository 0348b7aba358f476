/** What a list of accounts is narrowed by, beside a search: a state, a group, a role. */
import type { Knex } from 'knex'
import { isSqlite } from '../../platform/sql/database.ts'
import type { Sql } from '../../platform/sql/database.ts'
import type { AccountState } from './account-states.ts'

export type Narrowing = {
  /** Those that are locked are `among`: `locked-accounts.ts` finds them. */
  state?: Exclude<AccountState, 'locked'> | undefined
  groupId?: string | undefined
  role?: string | undefined
  /** Only some of these, a few thousand at most. */
  among?: readonly string[] | undefined
}

type Rows = Knex.QueryBuilder
type Condition = (rows: Rows) => unknown

/** How many conditions there are. */
export function narrowingsIn(narrowing: Narrowing): number {
  return Object.values(narrowing).filter((value) => value !== undefined).length
}

/** For a query of `accounts`. */
export function narrowedTo({ state, groupId, role, among }: Narrowing): Condition {
  return (rows) => {
    if (state !== undefined) STATES[state](rows)
    if (groupId !== undefined) void has(rows, 'group_members', { groupId })
    if (role !== undefined) void has(rows, 'account_roles', { role })
    if (among !== undefined) void rows.whereIn('accounts.id', among)
  }
}

const STATES: Readonly<Record<NonNullable<Narrowing['state']>, (rows: Rows) => unknown>> = {
  active: (rows) => {
    void isSet(rows, 'emailVerifiedAtMs', true)
    void isSet(rows, 'disabledAtMs', false)
    void isSet(rows, 'deleteAtMs', false)
  },
  disabled: (rows) => isSet(rows, 'disabledAtMs', true),
  unverified: (rows) => isSet(rows, 'emailVerifiedAtMs', false),
  deletion_planned: (rows) => isSet(rows, 'deleteAtMs', true),
  // As the list of those who wait has it: the address is confirmed.
  awaiting_approval: (rows) => has(isSet(rows, 'emailVerifiedAtMs', true), 'registration_approvals'),
}

/** As a value: with `is null` SQLite would enter an index of this column, and read all such accounts for a few. */
function isSet(rows: Rows, column: string, is: boolean): Rows {
  return rows.whereRaw('(?? is null) = ?', [`accounts.${column}`, is ? 0 : 1])
}

/** A value, and no `exists`: MariaDB would make a join of that, and read all members of a group for a few accounts. */
function has(rows: Rows, table: string, is: Readonly<Record<string, string>> = {}): Rows {
  const [column, value] = Object.entries(is)[0] ?? []
  const also = column === undefined ? '' : ' and ?? = ?'
  const bindings = column === undefined ? [] : [`${table}.${column}`, value ?? '']
  return rows.whereRaw(`(select 1 from ?? where ?? = ??${also}) = 1`, [
    table,
    `${table}.accountId`,
    'accounts.id',
    ...bindings,
  ])
}

/**
 * The ids of one of the conditions, where those are at most `most`. Then all others are tested on these accounts alone. Nothing where
 * each condition has more.
 */
export async function fewIds(
  sql: Sql,
  narrowing: Narrowing,
  most: number,
): Promise<readonly string[] | undefined> {
  if (narrowing.among) return narrowing.among
  for (const ids of idsOfEach(sql, narrowing)) {
    const [counted] = (await sql
      .from(
        ids
          .clone()
          .limit(most + 1)
          .as('some'),
      )
      .count({ n: '*' })) as { n: number }[]
    if (Number(counted?.n) > most) continue
    const rows: { id: string }[] = await ids.limit(most)
    return rows.map(({ id }) => id)
  }
  return undefined
}

/** Each condition by an index of its own. */
function idsOfEach(sql: Sql, { state, groupId, role }: Narrowing): Rows[] {
  const members = (table: string) => sql(table).select({ id: 'accountId' })
  return [
    ...(role === undefined ? [] : [members('account_roles').where({ role })]),
    ...(groupId === undefined ? [] : [members('group_members').where({ groupId })]),
    ...(state === undefined ? [] : [idsOfState(sql, state)]),
  ]
}

function idsOfState(sql: Sql, state: NonNullable<Narrowing['state']>): Rows {
  if (state === 'awaiting_approval') return sql('registration_approvals').select({ id: 'accountId' })
  const read = (index: string) => sql.from(byIndex(sql, index)).select('id')
  if (state === 'unverified') return read('accounts_unverified_index').whereNull('emailVerifiedAtMs')
  // At least all that are active. SQLite enters an index by a bound, and not by `is not null`.
  if (state === 'active') return read('accounts_unverified_index').where('emailVerifiedAtMs', '>=', 0)
  if (state === 'disabled') return read('accounts_disabled_index').where('disabledAtMs', '>=', 0)
  return read('accounts_delete_at_index').where('deleteAtMs', '>=', 0)
}

/** MySQL and MariaDB may take another index, and read all accounts for a page. */
export function byIndex(sql: Sql, index: string): string | Knex.Raw {
  return isSqlite(sql) ? 'accounts' : sql.raw('?? force index (??)', ['accounts', index])
}
