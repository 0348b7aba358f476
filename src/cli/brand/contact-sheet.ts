/** One page with many framed ones, and how large it is, for a picture of it. */

/** `width` and `height` in pixels. */
export type Frame = { title: string; html: string; width: number; height: number }

/** Of the sheet, so that its picture holds all of it. */
export const SHEET_WIDTH = 1880
const MARGIN = 32
const GAP = 32
const BORDERS = 2
/** A line of a caption with its margin, and a heading with its margins. */
const CAPTION = 32
const HEADING = 90

type Look = { title: string; frames: readonly Frame[] }

/** `icon` is an address, which a browser shows in the tab of the sheet. */
export function contactSheet(
  title: string,
  looks: readonly Look[],
  icon?: string,
): { html: string; height: number } {
  const sections = looks.map(
    (look) =>
      `<h2>${escaped(look.title)}</h2>\n<div class="frames">\n${look.frames.map(figure).join('\n')}\n</div>`,
  )
  const heights = looks.map(({ frames }) => HEADING + heightOf(frames))
  return {
    html: `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>${escaped(title)}</title>${icon ? `\n<link rel="icon" href="${escaped(icon)}">` : ''}
<style>
body { margin: ${MARGIN}px; font: 16px/24px system-ui, sans-serif; color: #222; background: #ddd }
.frames { display: flex; flex-wrap: wrap; gap: ${GAP}px; align-items: start }
figure { margin: 0 }
figcaption { margin-bottom: 8px; font-weight: 600 }
iframe { border: 1px solid #999; border-radius: 12px; background: #fff; vertical-align: top }
</style>
<h1>${escaped(title)}</h1>
${sections.join('\n')}
</html>
`,
    height: 2 * MARGIN + HEADING + heights.reduce((sum, height) => sum + height, 0),
  }
}

/** As a browser breaks the line of frames. */
function heightOf(frames: readonly Frame[]): number {
  const rows: { width: number; height: number }[] = []
  for (const { width, height } of frames) {
    const last = rows.at(-1)
    const whole = { width: width + BORDERS, height: height + BORDERS + CAPTION }
    const wider = (last?.width ?? 0) + GAP + whole.width
    if (!last || wider > SHEET_WIDTH - 2 * MARGIN) rows.push(whole)
    else Object.assign(last, { width: wider, height: Math.max(last.height, whole.height) })
  }
  return rows.reduce((sum, { height }) => sum + height + GAP, 0)
}

function figure({ title, width, height, html }: Frame): string {
  const frame = `<iframe sandbox title="${escaped(title)}" width="${width}" height="${height}" srcdoc="${escaped(html)}"></iframe>`
  return `<figure><figcaption>${escaped(title)}</figcaption>${frame}</figure>`
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
}
