import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import type { Stack } from '../interop/stack.ts'
import { describeOutcome, rowOf, stackNames, versionsOf, withRows } from '../interop/table.ts'

const HOME = join(import.meta.dirname, '..')
const document = readFileSync(join(HOME, 'docs', 'integrations.md'), 'utf8')
const rows = document.split('\n').filter((line) => line.includes('](../interop/'))

const stackOf = async (name: string) =>
  ((await import(join(HOME, 'interop', name, 'stack.ts'))) as { stack: Stack }).stack

describe('the table of integrations', () => {
  it('has a row for each stack, in their order, and no other', () => {
    const named = rows.map((row) => /\]\(\.\.\/interop\/([\w-]+)\)/.exec(row)?.[1])
    expect(named.filter((name) => stackNames().includes(String(name)))).to.eql(stackNames())
    expect(stackNames().length).to.be.greaterThan(10)
  })

  it('names the versions that are pinned, and the lines of the stack', async () => {
    for (const name of stackNames()) {
      const stack = await stackOf(name)
      const row = rows.find((one) => one.includes(`../interop/${name})`)) ?? ''
      expect(row, name).to.contain(stack.title).and.contain(versionsOf(name, stack))
      for (const line of stack.configuration) expect(row, name).to.contain(line.replaceAll('|', '\\|'))
      expect(row, name).to.match(/\| (works: |fails at |not run: )/)
    }
  })

  it('says what worked, where it ended, and what was not run', async () => {
    const stack = await stackOf('authlib')
    const failure = { step: 'refresh', reason: 'no | token' }
    expect(describeOutcome({ steps: ['sign-in', 'claims'] })).to.equal('works: sign-in, claims')
    expect(describeOutcome({ steps: [], notRun: 'no java' })).to.equal('not run: no java')
    const row = rowOf('authlib', stack, { steps: ['sign-in'], failure })
    expect(row).to.contain(String.raw`fails at refresh (sign-in worked): no \| token`)
    const renewed = withRows(document, new Map([['authlib', row]]))
    expect(renewed).to.contain(row)
    for (const other of rows.filter((one) => !one.includes('interop/authlib)')))
      expect(renewed, 'rows of other stacks stay').to.contain(other)
  })
})
