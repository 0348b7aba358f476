/** Whether the settings hold every key that something in the database is sealed with. */
import { SIGNING_ALGS } from '../../platform/algorithms.ts'
import { loadSigningKeys } from '../../keys/signing-keys.ts'
import { countByKey } from '../../platform/sql/reseal.ts'
import type { Parts } from '../../process/start/parts.ts'
import { sealedColumns } from '../../process/sealed-columns.ts'
import type { Finding } from './finding.ts'

export async function keyFindings(parts: Parts): Promise<Finding[]> {
  return [await signingKeys(parts), await dataKeys(parts)]
}

async function signingKeys({ db, sealer }: Parts): Promise<Finding> {
  try {
    const keys = await loadSigningKeys(db, sealer)
    const found = `${keys.length} can be opened, of ${SIGNING_ALGS.length} kinds`
    return { check: 'signing keys', state: 'ok', found }
  } catch (error) {
    return { check: 'signing keys', state: 'fault', found: (error as Error).message }
  }
}

async function dataKeys({ db, sealer, features }: Parts): Promise<Finding> {
  const unknown = new Set<string>()
  for (const column of sealedColumns(features)) {
    // A column of this release is not there before its migration.
    if (!(await db.schema.hasTable(column.table))) continue
    if (!(await db.schema.hasColumn(column.table, snake(column.column)))) continue
    for (const id of (await countByKey(db, column)).keys()) if (!sealer.keyIds.includes(id)) unknown.add(id)
  }
  if (unknown.size === 0) return { check: 'data keys', state: 'ok', found: 'open all that is sealed' }
  const found = `the settings lack ${[...unknown].join(', ')}: put it back into DATA_KEYS`
  return { check: 'data keys', state: 'fault', found }
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
