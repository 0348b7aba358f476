/**
 * Places boxes in rows so that every arrow points down, with few crossings (Sugiyama’s method). An arrow that passes rows has a
 * bend in each of them, and a bend takes a place in its row like a narrow box.
 */
import type { Arrow } from './arrows.ts'

export type Point = { x: number; y: number }
export type Layout = {
  width: number
  height: number
  boxes: Map<string, Point>
  /** From the bottom of one box to the top of another. */
  lines: Point[][]
}
export type Measures = {
  boxWidth: number
  boxHeight: number
  gap: number
  rowHeight: number
  bendWidth: number
}

type Item = { name: string; isBend: boolean; row: number; x: number; above: Item[]; below: Item[] }

const SWEEPS = 40

export function layOut(names: string[], arrows: Arrow[], measures: Measures): Layout {
  const { boxWidth, boxHeight, rowHeight } = measures
  const items = new Map(
    names.map((name) => [
      name,
      { name, isBend: false, row: rowOf(name, arrows), x: 0, above: [], below: [] },
    ]),
  ) as Map<string, Item>
  raise(items, arrows)
  const chains = arrows.map(({ from, to }) => chainOf(items.get(from)!, items.get(to)!))
  const all = new Set([...items.values(), ...chains.flat()])
  const rows = [...Map.groupBy(all, ({ row }) => row)].sort(([a], [b]) => b - a).map(([, row]) => row)
  const ordered = inGoodOrder(rows)
  placeAcross(ordered, measures)
  const topOf = (item: Item) => (ordered.length - 1 - item.row) * rowHeight
  const left = Math.min(...[...all].map(({ x }) => x)) - boxWidth / 2
  const right = Math.max(...[...all].map(({ x }) => x)) + boxWidth / 2
  return {
    width: right - left,
    height: topOf(items.get(names.at(-1)!)!) + boxHeight,
    boxes: new Map([...items.values()].map((item) => [item.name, { x: item.x - left, y: topOf(item) }])),
    lines: chains.map((chain) => lineOf(chain, (item) => ({ x: item.x - left, y: topOf(item) }), boxHeight)),
  }
}

/** The longest way to the ground. */
function rowOf(name: string, arrows: Arrow[]): number {
  const below = arrows.filter(({ from }) => from === name)
  return Math.max(0, ...below.map(({ to }) => rowOf(to, arrows) + 1))
}

/** What more arrows reach than leave moves up to the lowest of those that reach it: their arrows get shorter. */
function raise(items: Map<string, Item>, arrows: Arrow[]): void {
  for (const item of items.values()) {
    const above = arrows.filter(({ to }) => to === item.name).map(({ from }) => items.get(from)!.row)
    const below = arrows.filter(({ from }) => from === item.name)
    if (below.length > 0 && above.length > below.length) item.row = Math.min(...above) - 1
  }
}

function chainOf(from: Item, to: Item): Item[] {
  const chain = [from]
  for (let row = from.row - 1; row > to.row; row -= 1)
    chain.push({ name: '', isBend: true, row, x: 0, above: [], below: [] })
  chain.push(to)
  for (const [index, item] of chain.entries()) {
    const next = chain[index + 1]
    if (next) item.below.push(next)
    if (next) next.above.push(item)
  }
  return chain
}

/** Sorts each row by the middle of its neighbours, downward and upward in turn, and keeps the order with the fewest crossings. */
function inGoodOrder(rows: Item[][]): Item[][] {
  let best = rows
  let fewest = crossingsOf(rows)
  let order = rows
  for (let sweep = 0; sweep < SWEEPS && fewest > 0; sweep += 1) {
    const downward = sweep % 2 === 0
    order = sorted(order, downward ? 'above' : 'below')
    const crossings = crossingsOf(order)
    if (crossings < fewest) [best, fewest] = [order, crossings]
  }
  return best
}

function sorted(rows: Item[][], side: 'above' | 'below'): Item[][] {
  const places = new Map(rows.flatMap((row) => row.map((item, place) => [item, place / row.length] as const)))
  const result = rows.map((row) => [...row])
  const turn = side === 'above' ? [...result.keys()] : [...result.keys()].reverse()
  for (const index of turn) {
    const middles = new Map(
      result[index]!.map((item) => {
        const near = item[side].map((one) => places.get(one) ?? 0)
        return [item, near.length > 0 ? sum(near) / near.length : (places.get(item) ?? 0)]
      }),
    )
    result[index]!.sort((a, b) => middles.get(a)! - middles.get(b)!)
    for (const [place, item] of result[index]!.entries()) places.set(item, place / result[index]!.length)
  }
  return result
}

function crossingsOf(rows: Item[][]): number {
  let crossings = 0
  for (const [index, row] of rows.entries()) {
    const places = new Map((rows[index + 1] ?? []).map((item, place) => [item, place]))
    const ends = row.flatMap((item) => item.below.map((one) => places.get(one) ?? 0).sort((a, b) => a - b))
    for (const [place, end] of ends.entries())
      crossings += ends.slice(place + 1).filter((other) => other < end).length
  }
  return crossings
}

/** Moves every box towards the middle of its neighbours and every bend above what follows, and keeps it clear of those beside it. */
function placeAcross(rows: Item[][], measures: Measures): void {
  for (const row of rows) spread(row, new Map(row.map((item) => [item, 0])), measures)
  for (let sweep = 0; sweep < SWEEPS; sweep += 1)
    for (const row of sweep % 2 === 0 ? rows : rows.toReversed()) {
      const wanted = new Map(
        row.map((item) => {
          const near = (item.isBend ? item.below : [...item.above, ...item.below]).map(({ x }) => x)
          return [item, near.length > 0 ? sum(near) / near.length : item.x]
        }),
      )
      spread(row, wanted, measures)
    }
}

/** Keeps the order and the distances: items that want the same place share it, around its middle. */
function spread(row: Item[], wanted: Map<Item, number>, { boxWidth, bendWidth, gap }: Measures): void {
  const widthOf = ({ isBend }: Item) => (isBend ? bendWidth : boxWidth) + gap
  let offset = 0
  const blocks: { items: [Item, number][]; middle: number }[] = []
  for (const [index, item] of row.entries()) {
    if (index > 0) offset += (widthOf(row[index - 1]!) + widthOf(item)) / 2
    blocks.push({ items: [[item, offset]], middle: wanted.get(item)! - offset })
    for (let last = blocks.at(-1)!, before = blocks.at(-2); before && before.middle > last.middle;) {
      const items = [...before.items, ...last.items]
      const middle = sum(items.map(([one, at]) => wanted.get(one)! - at)) / items.length
      blocks.splice(-2, 2, { items, middle })
      last = blocks.at(-1)!
      before = blocks.at(-2)
    }
  }
  for (const { items, middle } of blocks) for (const [item, at] of items) item.x = middle + at
}

function lineOf(chain: Item[], at: (item: Item) => Point, boxHeight: number): Point[] {
  return chain.flatMap((item, index) => {
    const { x, y } = at(item)
    if (index === 0) return [{ x, y: y + boxHeight }]
    if (index === chain.length - 1) return [{ x, y }]
    return [
      { x, y },
      { x, y: y + boxHeight },
    ]
  })
}

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0)
