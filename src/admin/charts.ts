/** Statistics as charts of stacked bars: where each bar is, what the axes say, and what the table says. */

import { DAY_MS } from '../platform/clock.ts'

/** In units of the picture: the view box of the svg. Its text stays readable on a narrow phone. */
export const PICTURE = { width: 360, height: 156 } as const
const LEFT = 36
const RIGHT = 356
const TOP = 10
const BOTTOM = 130
/** Of the width of a step. */
const BAR = 0.8
const TICKS = 4

type Series = { name: string; total: number; counts: readonly number[] }
type Block = { series: number; x: number; y: number; width: number; height: number }
export type Chart = {
  name: string
  series: Series[]
  total: number
  blocks: Block[]
  /** Of the axis of counts. */
  lines: { y: number; count: number }[]
  /** Of the axis of times. */
  ticks: { x: number; atMs: number }[]
  /** Steps in which something happened, the latest first. */
  rows: { atMs: number; counts: number[] }[]
}

export type ChartTimes = { fromMs: number; stepMs: number }

/** Series in which nothing happened are left out. */
export function chartOf(name: string, all: readonly Series[], { fromMs, stepMs }: ChartTimes): Chart {
  const series = all.filter(({ total }) => total > 0)
  const steps = Math.max(1, all[0]?.counts.length ?? 1)
  const at = Array.from({ length: steps }, (_, step) => series.map(({ counts }) => counts[step] ?? 0))
  const sums = at.map(sum)
  const most = roundUp(Math.max(0, ...sums))
  const wide = (RIGHT - LEFT) / steps
  const high = (count: number) => (count / most) * (BOTTOM - TOP)
  const blocks = at.flatMap((counts, step) => {
    let below = 0
    return counts.flatMap((count, index) => {
      if (count === 0) return []
      below += count
      const box = { y: BOTTOM - high(below), width: wide * BAR, height: high(count) }
      return [{ series: index, x: LEFT + step * wide + (wide * (1 - BAR)) / 2, ...rounded(box) }]
    })
  })
  const ticks = Array.from({ length: TICKS }, (_, tick) => Math.floor((tick * steps) / TICKS))
  const rows = at.map((counts, step) => ({ atMs: fromMs + step * stepMs, counts }))
  return {
    name,
    series,
    total: sum(sums),
    blocks: blocks.map((block) => ({ ...block, x: round(block.x) })),
    lines: [0, most / 2, most].map((count) => ({ count, y: round(BOTTOM - high(count)) })),
    ticks: ticks.map((step) => ({ x: round(LEFT + step * wide), atMs: fromMs + step * stepMs })),
    rows: rows.filter(({ counts }) => sum(counts) > 0).toReversed(),
  }
}

/** The time of a step, for an axis: the day of UTC, else the time of day where the reader is. */
export function stepLabel(
  atMs: number,
  { stepMs, language, timeZone }: { stepMs: number; language: string; timeZone: string },
): string {
  const form: Intl.DateTimeFormatOptions =
    stepMs < DAY_MS
      ? { hour: '2-digit', minute: '2-digit', timeZone }
      : { day: 'numeric', month: 'short', timeZone: 'UTC' }
  return new Intl.DateTimeFormat(language, form).format(atMs)
}

/** An even number with one or two digits that count, so that half of it is a whole number too. */
function roundUp(most: number): number {
  const power = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, most))))
  const found = [2, 4, 6, 8, 10].map((digit) => digit * power).find((limit) => limit >= most)
  return found ?? 10 * power
}

function rounded({ y, width, height }: { y: number; width: number; height: number }) {
  return { y: round(y), width: round(width), height: round(height) }
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}

function sum(counts: readonly number[]): number {
  return counts.reduce((all, count) => all + count, 0)
}
