import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { parseSync } from 'oxc-parser'
import type { Node } from 'oxc-parser'
import { childrenOf } from './support/syntax-tree.ts'

const LOOP = /^(For|ForOf|ForIn|While|DoWhile)Statement$/
const FEWEST_FILES = 300

/** The lines of expectations in a loop that have no message, unless their subject is the case itself. */
function unnamedIn(source: string): number[] {
  const lines: number[] = []
  const read = (node: Node, cases: Set<string> | undefined) => {
    let inside = cases
    if (LOOP.test(node.type)) inside = new Set([...(cases ?? []), ...namesOf(node)])
    if (node.type === 'FunctionDeclaration' || isCallOf(node, 'describe', 'it')) inside = undefined
    if (inside && isCallOf(node, 'expect') && !isNamed(node, inside))
      lines.push(source.slice(0, node.start).split('\n').length)
    for (const child of childrenOf(node)) read(child, inside)
  }
  read(parseSync('a.ts', source).program, undefined)
  return lines
}

/** What a loop declares: the variables of its head. */
function namesOf(loop: Node): string[] {
  if (loop.type !== 'ForOfStatement') return []
  const identifiers = (node: Node): string[] =>
    node.type === 'Identifier' ? [node.name] : childrenOf(node).flatMap(identifiers)
  return identifiers(loop.left)
}

const isCallOf = (node: Node, ...names: string[]) =>
  node.type === 'CallExpression' && node.callee.type === 'Identifier' && names.includes(node.callee.name)

function isNamed(node: Node, cases: Set<string>): boolean {
  if (node.type !== 'CallExpression') return false
  const [subject, message] = node.arguments
  return message !== undefined || (subject?.type === 'Identifier' && cases.has(subject.name))
}

describe('an expectation in a loop', () => {
  it('says which case failed', () => {
    const names = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
    const files = names.filter((name) => name.endsWith('.ts'))
    expect(files).to.have.length.greaterThan(FEWEST_FILES)
    const unnamed = files.flatMap((file) => {
      const source = readFileSync(join(import.meta.dirname, file), 'utf8')
      return source.includes('expect(') ? unnamedIn(source).map((line) => `test/${file}:${line}`) : []
    })
    expect(unnamed, 'give these the case as their message').to.eql([])
  })

  it('is found in any kind of loop, unless its subject is the case itself', () => {
    const source = `for (const [name, value] of cases) {
      expect(value).to.equal(1)
      expect(f(value)).to.equal(1)
      expect(f(value), name).to.equal(1)
    }
    for (let n = 0; n < 3; n += 1) expect(f(n)).to.equal(1)
    for (const name of names) it(name, () => { expect(f(name)).to.equal(1) })
    expect(1).to.equal(1)`
    expect(unnamedIn(source)).to.eql([3, 6])
  })
})
