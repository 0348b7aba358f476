/** What the command `statistics` does. */
import { z } from 'zod'
import type { Api } from '../../command-line/api.ts'
import type { Answer } from '../../command-line/command.ts'
import { usageError } from '../../command-line/input.ts'
import type { Input } from '../../command-line/input.ts'
import { table } from '../../command-line/layout.ts'
import { PERIODS } from '../../statistics/series.ts'

const series = z.looseObject({ name: z.string(), total: z.int() })
const statistics = z.looseObject({ from: z.string(), groups: z.record(z.string(), z.array(series)) })

export async function show(input: Input, api: Api): Promise<Answer> {
  const period = input.text('period') ?? 'day'
  if (!PERIODS.some((one) => one === period)) throw usageError(`--period takes ${PERIODS.join(', ')}`)
  const data = await api.call('getStatistics', statistics, { query: { period } })
  const rows = Object.entries(data.groups).flatMap(([group, all]) =>
    all.map(({ name, total }) => [group, name, total]),
  )
  return { data, text: `${table(['GROUP', 'WHAT', 'COUNT'], rows, '')}\n\nSince ${data.from}.` }
}
