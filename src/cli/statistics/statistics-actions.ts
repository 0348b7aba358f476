/** What the command `statistics` does. */
import type { Answer } from '../../command-line/command.ts'
import { usageError } from '../../command-line/input.ts'
import type { Input } from '../../command-line/input.ts'
import { isoTime, table } from '../../command-line/layout.ts'
import type { Services } from '../../services.ts'
import { PERIODS, readStatistics } from '../../statistics/statistics.ts'

export async function show(input: Input, { db, clock }: Services): Promise<Answer> {
  const typed = input.text('period') ?? 'day'
  const period = PERIODS.find((one) => one === typed)
  if (!period) throw usageError(`--period takes ${PERIODS.join(', ')}`)
  const { fromMs, stepMs, groups } = await readStatistics(db, period, clock())
  const rows = Object.entries(groups).flatMap(([group, series]) =>
    series.map(({ name, total }) => [group, name, total]),
  )
  const from = isoTime(fromMs)
  const text = `${table(['GROUP', 'WHAT', 'COUNT'], rows, '')}\n\nSince ${from}.`
  return { data: { period, from, step_seconds: stepMs / 1000, groups }, text }
}
