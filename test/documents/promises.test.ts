import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import {
  conformanceDocument,
  promiseRows,
  rowsDocument,
  securityDocument,
  taggedTitles,
  unknownTags,
  withTests,
} from './promises.ts'
import { titlesIn } from './test-titles.ts'

const HOME = join(import.meta.dirname, '../..')

const PROMISES = `# Promises

## Codes

| Id    | Promise        | Test | Sentence |
| ----- | -------------- | ---- | -------- |
| S-1.1 | Used once      |
| S-1.2 | \`a \\| b\` | old | old |
|       |                | old  | old      |
`

const MODULES = `### Basic

Tag: \`C-basic\`

| Module | Test | Sentence |
| --- | --- | --- |
| \`oidcc-server\` | | |
| \`oidcc-none\` | – | not on offer |
`

const showing = (document: string, source: string) =>
  promiseRows(document, titlesIn('test/a.test.ts', source)).map(({ tests }) =>
    tests.map((one) => one.sentence),
  )

describe('the tables of promises', () => {
  it('have a row for every tag of the tests', () => {
    const documents = [securityDocument, conformanceDocument, rowsDocument].map(({ file }) =>
      readFileSync(join(HOME, file), 'utf8'),
    )
    expect(unknownTags(documents, taggedTitles())).to.eql([])
    const titles = titlesIn('test/a.test.ts', `it('is used [S-1.1][S-1.9] [C-basic/oidcc-other]', () => {})`)
    expect(unknownTags([PROMISES, MODULES], titles)).to.eql([
      'S-1.9 in test/a.test.ts',
      'C-basic/oidcc-other in test/a.test.ts',
    ])
  })

  it('keep what is written by hand, and get a line for each test', () => {
    const source = `describe('a code', () => {
      it('is used once [S-1.1]', () => {})
      it('has one | in it [S-1.2] [S-1.1]', () => {})
    })`
    expect(withTests(PROMISES, titlesIn('test/a.test.ts', source))).to.equal(`# Promises

## Codes

| Id    | Promise   | Test             | Sentence           |
| ----- | --------- | ---------------- | ------------------ |
| S-1.1 | Used once | \`test/a.test.ts\` | \`is used once\`     |
|       |           | \`test/a.test.ts\` | \`has one \\| in it\` |
| S-1.2 | \`a \\| b\`  | \`test/a.test.ts\` | \`has one \\| in it\` |
`)
    expect(withTests(MODULES, [])).to.contain('| `oidcc-none`   | –    | not on offer |')
  })

  // In the sources below the tags have other letters, so that this file is not read as a test of those rows.
  for (const { what, source, sentence } of [
    { what: 'a suite', source: `describe('a code TAG', () => {})`, sentence: 'a code' },
    {
      what: 'the template of a loop',
      source: 'for (const n of [1]) it(`is used ${n} times TAG`, () => {})',
      sentence: 'is used … times',
    },
    {
      what: 'the strings of a loop',
      source: `const CASES = [['once TAG', 1], ['twice', 2]]
        for (const [what] of CASES) it(what, () => {})`,
      sentence: 'once',
    },
    {
      what: 'a string of a loop in a template',
      source: 'for (const what of ["once TAG"]) it(`is used ${what}, by ${name}`, () => {})',
      sentence: 'is used once, by …',
    },
  ])
    it(`find a tag in ${what}`, () => {
      expect(showing(PROMISES, source.replace('TAG', '[S-1.1]'))).to.eql([[sentence], []])
    })

  for (const { what, source, sentences } of [
    {
      what: 'a title',
      source: `describe('Basic [PLAN-basic]', () => { it('oidcc-server, oidcc-other: answers', () => {}) })`,
      sentences: ['oidcc-server, oidcc-other: answers'],
    },
    {
      what: 'the keys of a loop',
      source: `const MODULES = { 'oidcc-server': () => 1 }
        describe('Basic [PLAN-basic]', () => {
          for (const [name] of Object.entries({ ...MODULES })) it(\`\${name}: answers\`, () => {})
        })`,
      sentences: ['oidcc-server: answers'],
    },
    {
      what: 'a function that the suite calls',
      source: `describe('Basic [PLAN-basic]', () => tests())
        function tests() { it('oidcc-server', () => {}) }`,
      sentences: ['oidcc-server'],
    },
    { what: 'a tag', source: `it('answers [PLAN-basic/oidcc-server]', () => {})`, sentences: ['answers'] },
    {
      what: 'nothing of another plan',
      source: `describe('Config [PLAN-config]', () => { it('oidcc-server', () => {}) })`,
      sentences: [],
    },
  ])
    it(`find a module in ${what}`, () => {
      expect(showing(MODULES, source.replace('PLAN-', 'C-'))).to.eql([sentences, []])
    })
})
