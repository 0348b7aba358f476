import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { commandsOf, guidePath, readGuide, sectionOf } from '../../interop/guide.ts'
import type { Stack } from '../../interop/stack.ts'
import { describeOutcome, rowOf, rowsOfGuide, stackNames, versionsOf, withRows } from '../../interop/table.ts'
import { embeddedPlace } from '../cli/command-line.ts'

const HOME = join(import.meta.dirname, '../..')
const index = readFileSync(join(HOME, 'docs/integrations.md'), 'utf8')
const rows = index.split('\n').filter((line) => line.includes('](../interop/'))
const guides = readdirSync(join(HOME, 'docs/integrations')).map((name) => name.replace('.md', ''))
const textOf = (guide: string) => readFileSync(guidePath(guide), 'utf8')

const stackOf = async (name: string) =>
  ((await import(join(HOME, 'interop', name, 'stack.ts'))) as { stack: Stack }).stack
const stacks = await Promise.all(stackNames().map(async (name) => ({ name, stack: await stackOf(name) })))
const run = new Set(stacks.map(({ stack }) => stack.guide))

describe('the table of integrations', () => {
  it('has a row for each stack, in their order, and no other', () => {
    const named = rows.map((row) => /\]\(\.\.\/interop\/([\w-]+)\)/.exec(row)?.[1])
    expect(named).to.eql(stackNames())
    expect(stackNames().length).to.be.greaterThan(13)
  })

  it('names the guide, the versions that are pinned, the result and its date', () => {
    for (const { name, stack } of stacks) {
      const row = rows.find((one) => one.includes(`../interop/${name})`)) ?? ''
      expect(row, name).to.contain(`[${stack.title}](integrations/${stack.guide}.md)`)
      expect(row, name).to.contain(versionsOf(name, stack))
      expect(row, name).to.match(/\| (works: |fails at |not run: ).*\| \d{4}-\d\d-\d\d +\|/)
    }
  })

  it('says what worked, where it ended, and what was not run', async () => {
    const stack = await stackOf('authlib')
    const failure = { step: 'refresh', reason: 'no | token' }
    expect(describeOutcome({ steps: ['sign-in', 'claims'] })).to.equal('works: sign-in, claims')
    expect(describeOutcome({ steps: [], notRun: 'no java' })).to.equal('not run: no java')
    const row = rowOf('authlib', stack, { steps: ['sign-in'], failure }, '2026-12-24')
    expect(row).to.contain(String.raw`fails at refresh (sign-in worked): no \| token`)
    const renewed = withRows(index, new Map([['authlib', row]]))
    expect(renewed).to.contain(row)
    for (const other of rows.filter((one) => !one.includes('interop/authlib)')))
      expect(renewed, 'rows of other stacks stay').to.contain(other)
  })

  it('keeps the date of a result that is the same as before', async () => {
    const stack = await stackOf('authlib')
    const first = rowOf('authlib', stack, { steps: ['sign-in'] }, '2026-12-24')
    const once = withRows(index, new Map([['authlib', first]]))
    const again = rowOf('authlib', stack, { steps: ['sign-in'] }, '2026-12-25')
    expect(withRows(once, new Map([['authlib', again]]))).to.equal(once)
    const more = rowOf('authlib', stack, { steps: ['sign-in', 'claims'] }, '2026-12-25')
    expect(rowsOfGuide(withRows(once, new Map([['authlib', more]])), 'flask')).to.eql([
      { versions: versionsOf('authlib', stack), result: 'works: sign-in, claims', date: '2026-12-25' },
    ])
  })
})

describe('the guides of integrations', () => {
  it('are all in the index, and each is run or says that it was read', () => {
    expect(guides).to.have.length.above(15)
    for (const guide of guides) {
      expect(index, guide).to.contain(`](integrations/${guide}.md)`)
      const says = run.has(guide)
        ? /\*\*Run\*\* on \d{4}-\d\d-\d\d with /
        : /\*\*Read, not run\*\*: .*, on 2026-\d\d-\d\d/
      expect(textOf(guide), guide).to.match(says)
    }
    for (const guide of run) expect(existsSync(guidePath(guide)), guide).to.equal(true)
  })

  it('say how to register, configure, and sign out, what to expect, which claims arrive, and three mistakes', () => {
    for (const guide of guides) {
      const text = textOf(guide)
      const headings = [...text.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading)
      expect(headings, guide).to.eql([
        'Register the app',
        'Configure the app',
        'What to expect',
        'Claims that arrive',
        'Signing out',
        'When it does not work',
      ])
      for (const heading of headings)
        expect(sectionOf(text, heading ?? '').trim(), `${guide}: ${heading}`).to.have.length.above(60)
      expect(readGuide(guide).messages, guide).to.have.length(3)
    }
  })

  it('show code that a run uses, and no other', () => {
    let shown = 0
    for (const guide of run) {
      const text = textOf(guide)
      const marks = [...text.matchAll(/<!-- code: npm run docs, interop\/(\S+?)\/\S+ -->/g)]
      shown += marks.length
      expect(marks, guide).to.have.length.above(0)
      const folders = stacks.filter(({ stack }) => stack.guide === guide).map(({ name }) => name)
      for (const [, folder] of marks) expect(folders, guide).to.include(folder)
      const rest = text.replaceAll(/<!-- code: [\s\S]*?<!-- \/code -->/g, '')
      expect(rest, `${guide}: code beside the files`).not.to.match(/^```(?:js|py|java|go|tsx?)\n/m)
    }
    expect(shown).to.be.above(12)
  })

  it('have commands that the command line takes', async function () {
    const place = embeddedPlace()
    try {
      await place.json(['migrate'])
      // A member of the groups of the guides.
      const person = ['--email', 'zoe.person@example.com', '--password', 'seven bridges over one river']
      await place.json(['account', 'create', ...person])
      for (const guide of guides) {
        const commands = commandsOf(textOf(guide))
        expect(commands, guide).to.have.length.above(0)
        for (const words of commands) {
          const given = words.map((word) => word.replace('api.example.org', `${guide}.example.org`))
          const own = given.map((word) => word.replace('tools.example.org', `${guide}.example.org`))
          const id = words[0] === 'group' ? 'id' : 'client_id'
          expect(await place.json(own), `${guide}: ${words.join(' ')}`).to.have.property(id)
        }
      }
    } finally {
      await place.remove()
    }
  })
})
