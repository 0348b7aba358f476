/**
 * All that is kept about one person, as JSON in pieces. It follows the schema: every table with an account's id is in it, so
 * that none is forgotten. Columns that prove something are left out: digests, hashes and what is sealed.
 */
import { recordAudit } from '../../audit/audit.ts'
import { isSqlite } from '../../platform/sql/database.ts'
import type { Db } from '../../platform/sql/database.ts'
import type { Services } from '../../services.ts'
import type { Actor } from '../account-state.ts'

/** Also what only programs read: keys of passkeys, and what is sealed for one browser. */
const WITHHELD =
  /(?:^|_)(?:digest|sealed|hash)$|^(?:profile|way_back|public_key|user_handle|credential_id|passkey|fold_key)$/

/** Whether the person gets this column. Names are those of SQL. */
export function isShared(column: string): boolean {
  return !WITHHELD.test(column)
}

const ROWS_IN_A_STEP = 200

type Row = Record<string, unknown>

/** Notes the export in the audit trail. `clientId`: the app that takes the data for the person. */
export async function exportPersonalData(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  accountId: string,
  { clientId, ...by }: Actor & { clientId?: string },
): Promise<AsyncGenerator<string>> {
  const atMs = clock()
  const detail = clientId === undefined ? undefined : { clientId }
  await recordAudit(db, { ...by, atMs, action: 'account.data_exported', accountId, detail })
  return personalData(db, accountId, atMs)
}

/** One JSON object, a member for each table. Reads some rows at a time, and the next ones once these are taken. */
async function* personalData(db: Db, accountId: string, nowMs: number): AsyncGenerator<string> {
  yield `{"exported_at":${JSON.stringify(new Date(nowMs).toISOString())}`
  const groups = await db('groups')
    .join('group_members', 'group_members.groupId', 'groups.id')
    .where({ accountId })
    .orderBy('name')
    .pluck('name')
  yield `,"group_names":${JSON.stringify(groups)}`
  for (const [table, columns] of await tablesOf(db)) {
    yield `,${JSON.stringify(table)}:[`
    let separator = ''
    for await (const row of rowsOf(db, table, columns, accountId)) {
      yield `${separator}\n${JSON.stringify(shown(row))}`
      separator = ','
    }
    yield ']'
  }
  yield '}\n'
}

/** The tables that have an account's id, with the columns that the person gets. */
export async function tablesOf(db: Db): Promise<Map<string, string[]>> {
  const tables = new Map<string, string[]>()
  for (const [table, columns] of await schemaOf(db))
    if (table === 'accounts' || columns.includes('account_id')) tables.set(table, columns.filter(isShared))
  return tables
}

/** Every column of every table, by the names of SQL. */
async function schemaOf(db: Db): Promise<Map<string, string[]>> {
  const sql = isSqlite(db)
    ? `select m.name as owner, c.name as part from sqlite_master m join pragma_table_info(m.name) c
       where m.type = 'table' order by m.name, c.cid`
    : `select table_name as owner, column_name as part from information_schema.columns
       where table_schema = database() order by table_name, ordinal_position`
  const answer: unknown = await db.raw(sql)
  const rows = (isSqlite(db) ? answer : (answer as unknown[])[0]) as { owner: string; part: string }[]
  const schema = new Map<string, string[]>()
  for (const { owner, part } of rows) schema.set(owner, [...(schema.get(owner) ?? []), part])
  return schema
}

async function* rowsOf(db: Db, table: string, columns: string[], accountId: string): AsyncGenerator<Row> {
  for (let offset = 0; ; offset += ROWS_IN_A_STEP) {
    const rows: Row[] = await db(table)
      .where({ [table === 'accounts' ? 'id' : 'accountId']: accountId })
      .select(columns)
      .orderBy(columns)
      .limit(ROWS_IN_A_STEP)
      .offset(offset)
    yield* rows
    if (rows.length < ROWS_IN_A_STEP) return
  }
}

/** Times in words of RFC 3339, and kept JSON as JSON. */
function shown(row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => {
      const column = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
      if (/(?:^|_)(?:at|from)_ms$/.test(column) && typeof value === 'number')
        return [column.replace(/_ms$/, ''), new Date(value).toISOString()]
      return [column, typeof value === 'string' && /^[[{]/.test(value) ? parsed(value) : value]
    }),
  )
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
