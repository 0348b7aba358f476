/** The titles of tests, read from their sources: no test has to run for it. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSync } from 'oxc-parser'
import type { Expression, Node } from 'oxc-parser'
import { childrenOf } from '../support/syntax-tree.ts'

/**
 * The title of an `it` or, where `isSuite`, of a `describe`. A title that a loop makes has a spelling with `…` for what the
 * loop fills in. After it follows one spelling for each string of the loop. `suites`: the titles of each `describe` around
 * it, outermost first.
 */
export type TestTitle = { file: string; spellings: [string, ...string[]]; suites: string[]; isSuite: boolean }

const HOME = join(import.meta.dirname, '../..')
const GAP = '…'

/** The titles of every test file in which `wanted` finds something. The others are not parsed, which would take seconds. */
export function readTestTitles(wanted: RegExp): TestTitle[] {
  const names = readdirSync(join(HOME, 'test'), { recursive: true, encoding: 'utf8' })
  const files = names.filter((name) => name.endsWith('.test.ts')).map((name) => join('test', name))
  return files.toSorted().flatMap((file) => {
    const source = readFileSync(join(HOME, file), 'utf8')
    return wanted.test(source) ? titlesIn(file, source) : []
  })
}

/** @throws Error where the source is not TypeScript */
export function titlesIn(file: string, source: string): TestTitle[] {
  const { program, errors } = parseSync(file, source)
  if (errors[0]) throw new Error(`${file}: ${errors[0].message}`)
  const constants = constantsOf(program)
  const found: TestTitle[] = []
  const read = (node: Node, loops: Node[], suites: string[]) => {
    const runsOver = node.type === 'ForOfStatement' ? [...loops, node.right] : loops
    const title = titleOf(node)
    let inside = suites
    if (title) {
      const spellings = spellingsOf(title.expression, runsOver, constants)
      found.push({ file, spellings, suites, isSuite: title.isSuite })
      if (title.isSuite) inside = [...suites, spellings[0]]
    }
    for (const child of childrenOf(node)) read(child, runsOver, inside)
  }
  read(program, [], [])
  return found.map((title) => ({ ...title, suites: suitesOf(title, found) }))
}

/** A test in a function, outside every suite, belongs to the suites of its file: they call the function. */
function suitesOf({ suites, isSuite }: TestTitle, ofFile: TestTitle[]): string[] {
  if (isSuite || suites.length > 0) return suites
  return ofFile
    .filter((other) => other.isSuite && other.suites.length === 0)
    .map(({ spellings }) => spellings[0])
}

function titleOf(node: Node): { expression: Expression; isSuite: boolean } | undefined {
  if (node.type !== 'CallExpression' || node.callee.type !== 'Identifier') return undefined
  const [title, body] = node.arguments
  if (!['describe', 'it'].includes(node.callee.name) || !title || !body) return undefined
  if (title.type === 'SpreadElement') return undefined
  return { expression: title, isSuite: node.callee.name === 'describe' }
}

/** Strings of the loop that no title has are among them: nothing looks for those. */
function spellingsOf(title: Expression, loops: Node[], constants: Map<string, Node>): TestTitle['spellings'] {
  const parts = partsOf(title)
  const strings = parts.length > 1 ? loops.flatMap((loop) => stringsIn(loop, constants)) : []
  const filled = strings.flatMap((text) =>
    parts.slice(1).map((_, at) => parts.slice(0, at + 1).join(GAP) + text + parts.slice(at + 1).join(GAP)),
  )
  return [parts.join(GAP), ...new Set(filled)]
}

/** The text of a title between the places that are filled in. */
function partsOf(title: Expression): string[] {
  if (title.type === 'TemplateLiteral') return title.quasis.map(({ value }) => value.cooked ?? value.raw)
  return title.type === 'Literal' && typeof title.value === 'string' ? [title.value] : ['', '']
}

/** Strings and keys of what a loop runs over, through the constants that it names; not those inside functions. */
function stringsIn(node: Node, constants: Map<string, Node>, seen = new Set<Node>()): string[] {
  if (seen.has(node) || /Function/.test(node.type)) return []
  seen.add(node)
  if (node.type === 'Literal') return typeof node.value === 'string' ? [node.value] : []
  if (node.type === 'Identifier') {
    const constant = constants.get(node.name)
    return constant ? stringsIn(constant, constants, seen) : []
  }
  const key = node.type === 'Property' && node.key.type === 'Identifier' ? [node.key.name] : []
  return [...key, ...childrenOf(node).flatMap((child) => stringsIn(child, constants, seen))]
}

function constantsOf(program: Node): Map<string, Node> {
  const constants = new Map<string, Node>()
  const read = (node: Node) => {
    if (node.type === 'VariableDeclarator' && node.id.type === 'Identifier' && node.init)
      constants.set(node.id.name, node.init)
    for (const child of childrenOf(node)) read(child)
  }
  read(program)
  return constants
}
