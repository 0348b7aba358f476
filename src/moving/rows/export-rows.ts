/**
 * Everything that moves, as lines of NDJSON: first how the secrets are sealed, then keys, clients and resource servers, then
 * accounts, then what belongs to features. The last line says how many there were: a file that was cut off has none.
 */
import { exportedAccounts } from '../export-accounts.ts'
import type { Db } from '../../platform/sql/database.ts'
import type { MovedTable } from '../../platform/sql/moved-table.ts'
import { sealedKeyName } from '../sealed-factors.ts'
import { VERSION } from './export-frame.ts'
import { lineOf } from './row-lines.ts'
import type { Sealers } from './row-lines.ts'
import type { Sealing } from './passphrase.ts'

const PAGE = 500

export type Exported = {
  /** Lines by what they are. */
  counts: Record<string, number>
  /** What the file lacks without a passphrase, or where the data key of a value is gone. */
  leftOut: Record<string, number>
  /** Accounts with a second factor that is in the file. */
  secondFactors: number
}

type Needs = {
  db: Db
  before: readonly MovedTable[]
  after: readonly MovedTable[]
  sealers: Sealers
  sealing: Sealing | undefined
  /** Of the digests of recovery codes. */
  digestKey: Buffer
}

export async function* exportedLines(
  { db, before, after, sealers, sealing, digestKey }: Needs,
  exported: Exported,
): AsyncGenerator<object[]> {
  const keyName = sealers.file && { digest_key: sealedKeyName(sealers.file, digestKey) }
  yield [{ type: 'export', version: VERSION, ...(sealing && { sealing }), ...keyName }]
  for (const moved of before) yield* rowsOf(db, moved, sealers, exported)
  for await (const { lines, factors } of exportedAccounts(db, sealers)) {
    exported.secondFactors += factors.sealed
    addLeftOut(exported, 'second factors', factors.leftOut)
    yield counted(exported, 'accounts', lines)
  }
  for (const moved of after) yield* rowsOf(db, moved, sealers, exported)
  const lines = Object.values(exported.counts).reduce((sum, count) => sum + count, 0)
  yield [{ type: 'end', lines }]
}

async function* rowsOf(
  db: Db,
  moved: MovedTable,
  sealers: Sealers,
  exported: Exported,
): AsyncGenerator<object[]> {
  const { table, key, fields, plural } = moved
  for (let after = ''; ;) {
    const rows: Record<string, unknown>[] = await db(table)
      .select(Object.keys(fields))
      .where(key, '>', after)
      .orderBy(key)
      .limit(PAGE)
    const last = rows.at(-1)
    if (!last) return
    after = String(last[key])
    const leaving = (await moved.leaving?.(db, rows)) ?? rows
    const lines = leaving.flatMap((row): object[] => {
      const { line, leftOut } = lineOf(moved, row, sealers) ?? { line: undefined, leftOut: 1 }
      const what = line ? `secrets of ${plural}` : plural
      addLeftOut(exported, what, leftOut)
      return line ? [line] : []
    })
    yield counted(exported, plural, lines)
  }
}

function addLeftOut({ leftOut }: Exported, what: string, count: number): void {
  if (count > 0) leftOut[what] = (leftOut[what] ?? 0) + count
}

function counted(exported: Exported, what: string, lines: object[]): object[] {
  exported.counts[what] = (exported.counts[what] ?? 0) + lines.length
  return lines
}
