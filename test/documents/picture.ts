/** Boxes and arrows as SVG, once for light and once for dark pages. */
import type { Arrow } from './arrows.ts'
import { layOut } from './layout.ts'
import type { Point } from './layout.ts'
import { ROOMS } from './rooms.ts'
import type { Storey } from './rooms.ts'

export type Theme = 'light' | 'dark'

type Colours = {
  text: string
  quiet: string
  arrow: string
  boxes: Record<Storey, [fill: string, line: string]>
}

const COLOURS: Record<Theme, Colours> = {
  light: {
    text: '#1f2328',
    quiet: '#59636e',
    arrow: '#8c959f',
    boxes: {
      program: ['#f6f8fa', '#818b98'],
      features: ['#ddf4ff', '#0969da'],
      library: ['#fbefff', '#8250df'],
      subjects: ['#dafbe1', '#1a7f37'],
      ground: ['#fff8c5', '#9a6700'],
    },
  },
  dark: {
    text: '#f0f6fc',
    quiet: '#9198a1',
    arrow: '#656c76',
    boxes: {
      program: ['#212830', '#9198a1'],
      features: ['#10233d', '#4493f8'],
      library: ['#241a3a', '#ab7df8'],
      subjects: ['#12261e', '#3fb950'],
      ground: ['#272115', '#d29922'],
    },
  },
}

const STOREYS: Record<Storey, string> = {
  program: 'program',
  features: 'features',
  library: 'the library',
  subjects: 'subjects, with their tables',
  ground: 'ground: no word of the product',
}

const MEASURES = { boxWidth: 146, boxHeight: 54, gap: 12, rowHeight: 88, bendWidth: 10 }
const MARGIN = 12
const LEGEND_HEIGHT = 40

/** @param arrows those between rooms, downward */
export function drawArchitecture(arrows: Arrow[], theme: Theme): string {
  const { width, height, boxes, lines } = layOut(Object.keys(ROOMS), arrows, MEASURES)
  const colours = COLOURS[theme]
  const parts = [
    ...lines.map((points) => line(points, colours)),
    ...[...boxes].map(([name, place]) => box(name, place, colours)),
    legend(height + MARGIN, colours),
  ]
  const [left, top] = [-MARGIN, -MARGIN]
  const size = `${left} ${top} ${n(width + 2 * MARGIN)} ${n(height + LEGEND_HEIGHT + 2 * MARGIN)}`
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${size}" font-family="ui-sans-serif, system-ui, sans-serif" text-anchor="middle" role="img">
<title>The folders of src and what they import</title>
<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0.5 L8 4 L0 7.5 z" fill="${colours.arrow}"/></marker></defs>
${parts.join('\n')}
</svg>
`
}

function box(name: string, { x, y }: Point, { text, quiet, boxes }: Colours): string {
  const { title = name, storey, short } = ROOMS[name]!
  const [fill, stroke] = boxes[storey]
  const { boxWidth, boxHeight } = MEASURES
  return [
    `<rect x="${n(x - boxWidth / 2)}" y="${n(y)}" width="${boxWidth}" height="${boxHeight}" rx="8" fill="${fill}" stroke="${stroke}"/>`,
    `<text x="${n(x)}" y="${n(y + 23)}" font-size="17" font-weight="600" fill="${text}">${title}</text>`,
    `<text x="${n(x)}" y="${n(y + 42)}" font-size="13" fill="${quiet}">${short}</text>`,
  ].join('')
}

/** Straight through rows that it passes, bent between them. */
function line(points: readonly Point[], { arrow }: Colours): string {
  const [first, ...others] = points as [Point, ...Point[]]
  let from = first
  const stretches = others.map((to) => {
    const middle = (from.y + to.y) / 2
    const bend = from.x === to.x ? '' : `C${n(from.x)} ${n(middle)} ${n(to.x)} ${n(middle)} `
    from = to
    return `${bend || 'L'}${n(to.x)} ${n(to.y)}`
  })
  return `<path d="M${n(first.x)} ${n(first.y)} ${stretches.join(' ')}" fill="none" stroke="${arrow}" stroke-width="1.5" marker-end="url(#tip)"/>`
}

function legend(height: number, { quiet, boxes }: Colours): string {
  let x = 0
  return (Object.keys(STOREYS) as Storey[])
    .map((storey) => {
      const [fill, stroke] = boxes[storey]
      const at = x
      x += 48 + STOREYS[storey].length * 6.8
      return `<rect x="${at}" y="${n(height + 4)}" width="16" height="16" rx="4" fill="${fill}" stroke="${stroke}"/><text x="${at + 24}" y="${n(height + 17)}" font-size="14" text-anchor="start" fill="${quiet}">${STOREYS[storey]}</text>`
    })
    .join('')
}

const n = (value: number) => String(Math.round(value * 10) / 10)
