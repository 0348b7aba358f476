/**
 * Text for people: tables, and one record as lines. On a terminal they fit its width: long texts are wrapped or cut. A pipe gets
 * them whole.
 */
import { PLAIN, painted } from './screen.ts'
import type { Ink, Screen } from './screen.ts'

const GAP = 2
/** A last column that has less room is not wrapped. */
const LEAST_ROOM = 24
/** A cut column keeps at least so much. */
const LEAST_CUT = 12

let screen: Screen = PLAIN

/** Once, at the start of the process: every table after that is for this screen. */
export function drawOn(chosen: Screen): void {
  screen = chosen
}

/** A word in the colour of the screen. */
export function inked(text: string, ink: Ink): string {
  return painted(text, ink, screen)
}

type Row = readonly string[]
/** By the row and the column. */
type Inks = (row: number, column: number) => Ink | undefined

const NO_INK: Inks = () => undefined

/** Rows with their columns aligned; the last column is not padded, and wrapped where it does not fit. */
export function columns(rows: readonly Row[], inks: Inks = NO_INK): string {
  const widths = widthsOf(rows)
  const indent = totalOf(widths.slice(0, -1)) + (widths.length > 1 ? GAP : 0)
  const room = (screen.width ?? Infinity) - indent
  return rows.map((row, at) => lineOf(row, widths, room, (column) => inks(at, column))).join('\n')
}

function lineOf(row: Row, widths: readonly number[], room: number, ink: (column: number) => Ink | undefined) {
  const last = widths.length - 1
  const lines = wrapped(row[last] ?? '', room)
  const cells = row.map((cell, column) => {
    const text = column === last ? (lines[0] ?? '') : printable(cell)
    return (
      painted(text, ink(column), screen) +
      ' '.repeat((widths[column] ?? 0) - Math.min(widthOf(text), widths[column] ?? 0))
    )
  })
  const indent = ' '.repeat(totalOf(widths.slice(0, -1)) + GAP)
  const rest = lines.slice(1).map((line) => indent + painted(line, ink(last), screen))
  return [cells.join(' '.repeat(GAP)).trimEnd(), ...rest].join('\n')
}

/** A table with a head, or `empty` when it has no rows. Where it cannot be made to fit, each row is a record. */
export function table(head: Row, rows: readonly (readonly unknown[])[], empty: string): string {
  if (rows.length === 0) return empty
  const cells = rows.map((row) => row.map((value) => shortened(cellOf(value))))
  const fitting = fitted([head, ...cells])
  if (!fitting) return cells.map((row) => fields(head.map((name, at) => [name, row[at] ?? '']))).join('\n\n')
  const state = head.indexOf('STATE')
  return columns(fitting, (row, column) => {
    if (row === 0) return 'bold'
    return column === state ? inkOf(cells[row - 1]?.[column] ?? '') : undefined
  })
}

/** `name  value` lines; what has no value is left out. */
export function record(shown: Record<string, unknown>): string {
  return fields(Object.entries(shown).map(([name, value]) => [name, cellOf(value)]))
}

function fields(named: readonly (readonly [string, string])[]): string {
  const present = named.filter(([, value]) => value !== '')
  return columns(present, (_, column) => (column === 0 ? 'cyan' : undefined))
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

const TIME = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\d\.\d{3}Z$/

/** In a table on a terminal, the minute of a time is enough. */
function shortened(cell: string): string {
  return screen.width === undefined ? cell : cell.replace(TIME, '$1 $2Z')
}

/** What is of no use in part: a time, an id, a number, an e-mail address. */
const WHOLE = /^(?:\d{4}-\d\d-\d\d.{0,20}|[\da-f]{8}-[\da-f-]{27}|\d{1,20}|[^\s@]{1,100}@[^\s@]{1,255})$/

/** The rows with their longest texts cut, so that they fit; nothing where they cannot. */
function fitted(rows: readonly Row[]): readonly Row[] | undefined {
  const { width } = screen
  const widths = widthsOf(rows)
  if (width === undefined || totalOf(widths) <= width) return rows
  const least = widths.map((natural, column) => {
    const whole = column === 0 || rows.some((row) => WHOLE.test(row[column] ?? ''))
    return whole ? natural : Math.min(natural, Math.max(LEAST_CUT, widthOf(rows[0]?.[column] ?? '')))
  })
  if (totalOf(least) > width) return undefined
  while (totalOf(widths) > width) {
    const excess = widths.map((natural, column) => natural - (least[column] ?? 0))
    const longest = excess.indexOf(Math.max(...excess))
    widths[longest] = (widths[longest] ?? 0) - 1
  }
  return rows.map((row) => row.map((cell, column) => cut(cell, widths[column] ?? 0)))
}

function cut(cell: string, width: number): string {
  if (widthOf(cell) <= width) return cell
  let kept = ''
  for (const letter of printable(cell)) {
    if (widthOf(kept + letter) >= width) break
    kept += letter
  }
  return `${kept}…`
}

/** Lines of at most so many columns, broken between words. A longer word stays whole, so that it can be copied. */
function wrapped(cell: string, room: number): string[] {
  const text = printable(cell)
  if (room < LEAST_ROOM || widthOf(text) <= room) return [text]
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (line !== '' && widthOf(longer) > room) lines.push(line)
    line = line !== '' && widthOf(longer) > room ? word : longer
  }
  return [...lines, line]
}

const GOOD = new Set(['verified', 'enabled', 'on', 'usable', 'current', 'active'])
const BAD = new Set(['disabled', 'off', 'to be deleted', 'unverified', 'expired'])

function inkOf(state: string): Ink | undefined {
  return GOOD.has(state) ? 'green' : BAD.has(state) ? 'yellow' : undefined
}

function widthsOf(rows: readonly Row[]): number[] {
  const widths: number[] = []
  for (const row of rows)
    row.forEach((cell, index) => (widths[index] = Math.max(widths[index] ?? 0, widthOf(cell))))
  return widths
}

function totalOf(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, 0) + GAP * Math.max(widths.length - 1, 0)
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
