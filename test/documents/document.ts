/** What a generated document is, and the two pieces that most of them are made of: a marked place and a table. */

export type GeneratedDocument = {
  /** Its path from the project's folder. */
  file: string
  /** The whole text as it should be, made from the text as it is; `''` where there is no file yet. */
  renew: (text: string) => string | Promise<string>
}

/**
 * The text with `content` between `<!-- name: npm run docs -->` and `<!-- /name -->`. Throws where the text has no such
 * place.
 */
export function withContent(text: string, name: string, content: string): string {
  const [opening, closing] = [`<!-- ${name}: npm run docs -->`, `<!-- /${name} -->`]
  const [begin, end] = [text.indexOf(opening), text.indexOf(closing)]
  if (begin < 0 || end < begin) throw new Error(`the document has no ${opening} … ${closing}`)
  return `${text.slice(0, begin)}${opening}\n\n${content.trim()}\n\n${text.slice(end)}`
}

/** A Markdown table, padded as the formatter leaves it. Cells may hold any text. */
export function markdownTable(head: string[], body: string[][]): string {
  return paddedTable(
    head,
    body.map((cells) => cells.map(asCell)),
  )
}

/** The same of cells that are Markdown. */
export function paddedTable(head: string[], body: string[][]): string {
  const rows = [head, ...body]
  const widths = head.map((_, column) => Math.max(3, ...rows.map((row) => row[column]?.length ?? 0)))
  const line = (cells: string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  const rule = line(widths.map((width) => '-'.repeat(width)))
  return [line(head), rule, ...body.map(line)].join('\n')
}

const asCell = (text: string) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;')
