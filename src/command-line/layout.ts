/** Text for people at a terminal: tables, and one record as lines. */

/** Rows with their columns aligned; the last column is not padded. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths: number[] = []
  for (const row of rows)
    row.forEach((cell, index) => (widths[index] = Math.max(widths[index] ?? 0, widthOf(cell))))
  return rows
    .map((row) =>
      row
        .map((cell, index) => printable(cell) + ' '.repeat((widths[index] ?? 0) - widthOf(cell)))
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

const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303F\uFF01-\uFF60\p{Emoji_Presentation}]/u

/** Columns of a terminal: a letter of East Asia takes two, a combining mark none. */
function widthOf(cell: string): number {
  let width = 0
  for (const letter of printable(cell)) width += WIDE.test(letter) ? 2 : /\p{M}/u.test(letter) ? 0 : 1
  return width
}

// A stored name must not be able to move the cursor or recolour the terminal.
function printable(cell: string): string {
  return cell.replaceAll(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, '\uFFFD')
}
