/** What `keys list-sealed` and `keys reseal` do, which read whole tables. */
import type { Parts } from '../../process/start/parts.ts'
import { countByKey, resealColumn } from '../../platform/sql/reseal.ts'
import { sealedColumns } from '../../process/sealed-columns.ts'
import type { Answer } from '../../command-line/command.ts'
import type { Input } from '../../command-line/input.ts'
import { table } from '../../command-line/layout.ts'

export async function listSealed(_input: Input, parts: Parts): Promise<Answer> {
  const dataKeys = await listDataKeys(parts)
  const rows = dataKeys.map(({ id, state, sealed }) => [id, state, countsText(sealed)])
  return { data: { data_keys: dataKeys }, text: table(['DATA KEY', 'STATE', 'SEALS'], rows, '') }
}

function countsText(counts: Record<string, number>): string {
  const present = Object.entries(counts).filter(([, values]) => values > 0)
  return present.map(([what, values]) => `${what.replaceAll('_', ' ')} (${values})`).join(', ') || 'nothing'
}

/** Every data key that is configured or has sealed something. `unknown` ones are not configured. */
async function listDataKeys({ db, sealer, features }: Parts) {
  const columns = sealedColumns(features)
  const counts = await Promise.all(columns.map((column) => countByKey(db, column)))
  const [current, ...older] = sealer.keyIds
  const ids = new Set([current, ...older, ...counts.flatMap((each) => [...each.keys()])])
  return [...ids].map((id) => ({
    id,
    state: id === current ? 'current' : older.includes(id) ? 'older' : 'unknown',
    sealed: Object.fromEntries(
      columns.map(({ what }, index) => [what.replaceAll(' ', '_'), counts[index]?.get(id) ?? 0]),
    ),
  }))
}

export async function reseal(_input: Input, { db, sealer, log, features }: Parts): Promise<Answer> {
  const columns = sealedColumns(features)
  const done: Record<string, { resealed: number; unreadable: number }> = {}
  for (const column of columns) {
    const { what } = column
    const name = what.replaceAll(' ', '_')
    done[name] = await resealColumn(db, sealer, column, {
      onBatch: (soFar) => {
        log.info({ what, ...soFar }, 'keys.resealing')
        if (process.stderr.isTTY) process.stderr.write(`${what}: ${soFar.resealed} sealed again\n`)
      },
    })
  }
  const [dataKey] = sealer.keyIds
  const lines = columns.map(({ what }) => {
    const { resealed = 0, unreadable = 0 } = done[what.replaceAll(' ', '_')] ?? {}
    const left = unreadable > 0 ? `; ${unreadable} cannot be opened with any of DATA_KEYS` : ''
    return `${what}: ${resealed} sealed again${left}`
  })
  return {
    data: { data_key: dataKey, ...done },
    text: `${lines.join('\n')}\nCurrent data key: ${dataKey}`,
  }
}
