/**
 * The tables of docs/security.md, docs/conformance.md and docs/rows.md. Their first cells are written by hand. Which tests show a row is
 * read from tags in the tests' titles. A tag names one row, as in `is used once [S-1.20]`; or a plan, with each of its
 * modules that the tests in it name, as in `the Dynamic plan [C-dynamic]`; or one module: `[C-dynamic/oidcc-server]`.
 */
import { paddedTable } from './document.ts'
import type { GeneratedDocument } from './document.ts'
import { readTestTitles } from './test-titles.ts'
import type { TestTitle } from './test-titles.ts'

export const securityDocument = documentOf('docs/security.md')
export const rowsDocument = documentOf('docs/rows.md')
export const conformanceDocument = documentOf('docs/conformance.md')

function documentOf(file: string): GeneratedDocument {
  return { file, renew: (text) => withTests(text, taggedTitles()) }
}

/** `heading`: the nearest heading above. `reason`: why it has no test, where the document says so. */
export type PromiseRow = { heading: string; id: string; cells: string[]; tests: Shown[]; reason?: string }
type Shown = { file: string; sentence: string }
type Table = { head: string[]; rows: PromiseRow[] }

/** The last columns of these tables. */
const GENERATED = ['Test', 'Sentence']
const NO_TEST = '–'
const TAG = /\s*\[([SC]-[^\]\s]+|A\d\d)\]/g
/** A paragraph above the table of a plan names its tag. */
const PLAN = /^Tag: `(C-[\w-]+)`$/
/** Tests of FAPI 2.0 leave out what the names of its modules have in common. */
const COMMON = /(?<=^|\/)fapi2-security-profile-final-/

/** Read once: it takes a second. */
let titles: TestTitle[] | undefined
export const taggedTitles = () => (titles ??= readTestTitles(new RegExp(TAG.source)))

/** The document with the tests of each row renewed. */
export function withTests(document: string, titles: TestTitle[]): string {
  const parts = partsOf(document, testsByName(titles))
  return parts
    .map((part) => (typeof part === 'string' ? part : paddedTable(part.head, part.rows.flatMap(linesOf))))
    .join('\n')
}

export function promiseRows(document: string, titles: TestTitle[]): PromiseRow[] {
  return partsOf(document, testsByName(titles)).flatMap((part) => (typeof part === 'string' ? [] : part.rows))
}

/** Each tag that names no row and no plan of the documents, with the file that has it. */
export function unknownTags(documents: string[], titles: TestTitle[]): string[] {
  const ids = documents.flatMap((document) => promiseRows(document, []).map(({ id }) => id))
  const known = new Set(ids.flatMap((id) => [id, nameOf(id), id.replace(/\/.*/, '')]))
  const used = titles.flatMap(({ file, spellings }) =>
    spellings.flatMap(tagsOf).map((tag) => ({ tag, file })),
  )
  return [...new Set(used.filter(({ tag }) => !known.has(tag)).map(({ tag, file }) => `${tag} in ${file}`))]
}

const tagsOf = (title: string) => [...title.matchAll(TAG)].map(([, tag = '']) => tag)
/** An id as the tests may shorten it. */
const nameOf = (id: string) => id.replace(COMMON, '')

/** By the names of all rows that a test may show; a word that is no module gives a name that nobody looks up. */
function testsByName(titles: TestTitle[]): Map<string, Shown[]> {
  const tests = new Map<string, Shown[]>()
  for (const { file, spellings, suites, isSuite } of titles) {
    const plans = isSuite ? [] : suites.flatMap(tagsOf)
    const firstOf = new Map<string, string>()
    for (const spelling of spellings) {
      const sentence = spelling.replace(TAG, '')
      const words = sentence.match(/[\w-]+/g) ?? []
      const names = [...tagsOf(spelling), ...plans.flatMap((plan) => words.map((word) => `${plan}/${word}`))]
      for (const name of names.map(nameOf)) if (!firstOf.has(name)) firstOf.set(name, sentence)
    }
    for (const [name, sentence] of firstOf) tests.set(name, [...(tests.get(name) ?? []), { file, sentence }])
  }
  return tests
}

/** The lines of a document; of a table with generated columns, its rows. */
function partsOf(document: string, tests: Map<string, Shown[]>): (string | Table)[] {
  const parts: (string | Table)[] = []
  let [heading, plan] = ['', '']
  let table: Table | undefined
  for (const line of document.split('\n')) {
    const cells = line.startsWith('|') ? cellsOf(line) : undefined
    if (table && cells) {
      if (isRow(cells)) table.rows.push(rowOf(cells, { head: table.head, heading, plan, tests }))
      continue
    }
    table = cells?.slice(-2).join() === GENERATED.join() ? { head: cells, rows: [] } : undefined
    if (/^#+ /.test(line)) [heading, plan] = [line.replace(/^#+ /, ''), '']
    plan = PLAN.exec(line)?.[1] ?? plan
    parts.push(table ?? line)
  }
  return parts
}

const cellsOf = (line: string) => {
  const cells = line.split(/(?<!\\)\|/).slice(1, -1)
  return cells.map((cell) => cell.trim())
}

/** Neither the rule below the head nor the line of a further test. */
const isRow = ([first = '']: string[]) => !/^-*$/.test(first)

type Place = { head: string[]; heading: string; plan: string; tests: Map<string, Shown[]> }

function rowOf(cells: string[], { head, heading, plan, tests }: Place): PromiseRow {
  const byHand = head.length - GENERATED.length
  const [test, reason = ''] = cells.slice(byHand)
  const subject = (cells[0] ?? '').replaceAll('`', '')
  const id = plan ? `${plan}/${subject}` : subject
  const row = { heading, id, cells: cells.slice(0, byHand), tests: tests.get(nameOf(id)) ?? [] }
  return test === NO_TEST ? { ...row, reason } : row
}

/** A line for each test; the further ones leave the first cells empty. */
function linesOf({ cells, tests, reason }: PromiseRow): string[][] {
  if (reason !== undefined) return [[...cells, NO_TEST, reason]]
  const shown = tests.map(({ file, sentence }) => [quoted(file), quoted(sentence)])
  const [first = ['', ''], ...more] = shown
  return [[...cells, ...first], ...more.map((test) => [...cells.map(() => ''), ...test])]
}

/** As code, with more backquotes around it than it has in it. */
function quoted(text: string): string {
  const fence = text.includes('`') ? '``' : '`'
  return `${fence}${text.replaceAll('|', String.raw`\|`)}${fence}`
}
