/** Text for people at a terminal: tables, and one record as lines. */

/** Rows with their columns aligned; the last column is not padded. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths: number[] = []
  for (const row of rows)
    row.forEach((cell, index) => (widths[index] = Math.max(widths[index] ?? 0, printable(cell).length)))
  return rows
    .map((row) =>
      row
        .map((cell, index) => printable(cell).padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** A table with a head, or `empty` when it has no rows. */
export function table(head: readonly string[], rows: readonly (readonly unknown[])[], empty: string): string {
  if (rows.length === 0) return empty
  return columns([head, ...rows.map((row) => row.map(cellOf))])
}

/** `name  value` lines; what has no value is left out. */
export function record(fields: Record<string, unknown>): string {
  const present = Object.entries(fields).filter(([, value]) => cellOf(value) !== '')
  return columns(present.map(([name, value]) => [name, cellOf(value)]))
}

/** ISO 8601 in UTC, or nothing. */
export function isoTime(atMs: number): string
export function isoTime(atMs: number | null): string | null
export function isoTime(atMs: number | null): string | null {
  return atMs === null ? null : new Date(atMs).toISOString()
}

function cellOf(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (Array.isArray(value)) return value.map(cellOf).join(' ')
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return typeof value === 'string' ? value : JSON.stringify(value)
}

// A stored name must not be able to move the cursor or recolour the terminal.
function printable(cell: string): string {
  return cell.replaceAll(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, '\uFFFD')
}
