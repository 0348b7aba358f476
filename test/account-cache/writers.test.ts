import { expect } from 'chai'
import { parseSync } from 'oxc-parser'
import type { Node } from 'oxc-parser'
import { childrenOf } from '../support/syntax-tree.ts'
import { sources } from '../support/source-tree.ts'

/** The one file that changes rows of accounts. */
const WRITER = 'account-cache/changed-account.ts'
const READS = /^(first|select|distinct|pluck|count|insert)$/
const CHANGES = /^(update|delete|del|increment|decrement|merge|truncate)$/
const RAW = /\b(update|delete\s+from|truncate(\s+table)?|replace\s+into)\s+[`"]?accounts\b/i

/** What a source does with the table: the last methods of each chain that begins with it, and raw statements. */
function usesIn(text: string): string[] {
  const uses: string[] = []
  const read = (node: Node, methods: string[]) => {
    if (isTable(node)) uses.push(methods.join(' '))
    // From the outermost call to the table: the methods on the way are those of its chain.
    const method = methodOf(node)
    const [callee, ...others] = childrenOf(node)
    if (node.type === 'CallExpression' && callee) {
      read(callee, method ? [method, ...methods] : methods)
      for (const other of others) read(other, [])
    } else for (const child of childrenOf(node)) read(child, node.type === 'MemberExpression' ? methods : [])
  }
  read(parseSync('a.ts', text).program, [])
  return RAW.test(text) ? [...uses, 'raw'] : uses
}

/** `db('accounts')`, `.from('accounts')` or `table: 'accounts'`. */
function isTable(node: Node): boolean {
  if (node.type === 'CallExpression') return node.arguments.slice(0, 1).some(isName) && isQuery(node.callee)
  return node.type === 'Property' && isName(node.value) && 'name' in node.key && node.key.name === 'table'
}

/** A cookie and a section of the administration have the same name. */
const OTHERS = ['cookieName', 'thingHref']

/** `sql(…)` or `needs.db(…)`. */
const isQuery = (callee: Node) => callee.type !== 'Identifier' || !OTHERS.includes(callee.name)

const isName = (node: Node) => node.type === 'Literal' && node.value === 'accounts'

function methodOf(node: Node): string | undefined {
  if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return undefined
  const { property } = node.callee
  return property.type === 'Identifier' ? property.name : '?'
}

const isChange = (use: string) =>
  use === 'raw' || use.split(' ').some((name) => CHANGES.test(name)) || !/\S/.test(use)

describe('the rows of accounts', () => {
  /** A source without the word has no use of the table, and is not parsed. */
  const used = sources
    .filter(({ text }) => /accounts/i.test(text))
    .map(({ file, text }) => ({ file, uses: usesIn(text) }))

  it('are changed by one file alone, which fences the account cache', () => {
    expect(used.flatMap(({ uses }) => uses).length, 'the uses that were seen').to.be.greaterThan(8)
    const writers = used.filter(({ uses }) => uses.some(isChange)).map(({ file }) => file)
    expect(writers).to.deep.equal([WRITER])
  })

  it('are otherwise read or inserted where the query begins', () => {
    const left = used.flatMap(({ file, uses }) =>
      uses
        .filter((use) => file !== WRITER && !use.split(' ').some((name) => READS.test(name)))
        .map((use) => `${file}: ${use}`),
    )
    // It makes a condition for two queries, which read.
    expect(left).to.deep.equal(['accounts/life/housekeeping.ts: whereNull where where whereNotIn'])
  })

  it('are not changed unseen: the test knows such statements', () => {
    for (const statement of [
      "await db('accounts').where({ id }).update({ name })",
      "await trx<Row>('accounts').delete().where({ id })",
      "await db('accounts').insert(row).onConflict('id').merge()",
      'await db.raw(`UPDATE accounts SET name = 1`)',
      "await purgeSome(db, { table: 'accounts', key: 'id' }, 5)",
    ])
      expect(usesIn(statement).some(isChange), statement).to.equal(true)
    expect(usesIn("await db('accounts').where({ id }).first('id')").some(isChange)).to.equal(false)
  })
})
