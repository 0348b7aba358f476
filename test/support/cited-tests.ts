/** Tables in docs/ that cite tests: their rows, and whether each test is there. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'

const HOME = join(import.meta.dirname, '../..')

/** `heading`: the `###` (or, where there is none, the `##`) heading above the row; `subject`: its first cell. */
export type CitingRow = { heading: string; subject: string; file: string; sentence: string }

/** The rows of three cells, subject, file and sentence, of every table from `start` on in a document. */
export function citingRows(document: string, start: string): CitingRow[] {
  const text = readFileSync(join(HOME, document), 'utf8')
  const rows: CitingRow[] = []
  let heading = ''
  for (const line of text.slice(text.indexOf(start)).split('\n')) {
    if (/^#{2,3} /.test(line)) heading = line.replace(/^#+ /, '')
    const cells = /^\| (.+?) +\| +(`test\/[^`]+`|–) +\| +(.+?) +\|$/.exec(line)
    if (!cells) continue
    const [, subject = '', file = '', sentence = ''] = cells.map((cell) => cell.replaceAll('\\|', '|'))
    rows.push({ heading, subject, file: file.replaceAll('`', ''), sentence: unquoted(sentence) })
  }
  return rows
}

const unquoted = (cell: string) => /^(`+) ?([\s\S]*?) ?\1$/.exec(cell)?.[2] ?? cell

/** @throws AssertionError where a row names a test file, or a sentence in it, that there is not */
export function expectCited(rows: CitingRow[]): void {
  const sources = new Map<string, string>()
  for (const { subject, file, sentence } of rows) {
    const path = join(HOME, file)
    expect(existsSync(path), `${subject}: ${file}`).to.equal(true)
    const source = sources.get(file) ?? readFileSync(path, 'utf8')
    sources.set(file, source)
    expect(source.includes(sentence), `${subject}: "${sentence}" in ${file}`).to.equal(true)
  }
}
