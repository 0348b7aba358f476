import { readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { proseOfComments } from './comments.ts'
import { titlesIn } from './test-titles.ts'
import { MOST_WORDS, longSentencesIn, unusualWordsIn } from './words.ts'

const HOME = join(import.meta.dirname, '../..')

/**
 * Folders, with all that is in them, and files that are written in plain words: comments, docstrings and titles of tests.
 * To add one, write its name here and run this test: it lists every place that has to change.
 */
const DONE = [
  'artillery',
  'bench',
  'examples',
  'interop',
  'migrations',
  'scripts',
  'seeds',
  'src/accounts',
  'src/app.ts',
  'src/attempts',
  'src/audit',
  'src/cli',
  'src/cli.ts',
  'src/clients',
  'src/command-line',
  'src/consents',
  'src/feature.ts',
  'src/features.ts',
  'src/grant-store',
  'src/http',
  'src/interaction',
  'src/keys',
  'src/mail',
  'src/main.ts',
  'src/outbox',
  'src/pages',
  'src/passwords',
  'src/platform',
  'src/process',
  'src/protocol',
  'src/provider',
  'src/resources',
  'src/services.ts',
  'src/sessions',
  'src/settings',
  'test',
]

/** Where the words are read from; a title is read as one sentence. */
function proseIn(file: string): { place: string; text: string }[] {
  const source = readFileSync(join(HOME, file), 'utf8')
  const comments = proseOfComments(file, source).map(({ line, text }) => ({ place: `${file}:${line}`, text }))
  if (!file.endsWith('.test.ts')) return comments
  return [...comments, ...titlesIn(file, source).map(({ spellings: [text] }) => ({ place: file, text }))]
}

function sourcesIn(path: string): string[] {
  if (statSync(join(HOME, path)).isFile()) return [path]
  return readdirSync(join(HOME, path), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.m?[jt]s$/.test(name) && !name.includes('node_modules'))
    .map((name) => join(path, name))
}

describe('comments and titles of tests, in plain words', () => {
  const prose = DONE.flatMap(sourcesIn).flatMap(proseIn)

  it('are read', () => {
    expect(prose.map(({ text }) => text)).to.include.members([
      'are read',
      'The prose of comments, read by the parser: a code in a string is no comment.',
    ])
    const source =
      "// One,\n// and two.\n\nconst a = '// none' // three\n/**\n * Four.\n * @throws Five\n */\n"
    expect(proseOfComments('a.ts', source)).to.eql([
      { line: 1, text: 'One, and two.' },
      { line: 4, text: 'three' },
      { line: 5, text: 'Four.' },
      { line: 5, text: '@throws Five' },
    ])
    expect(unusualWordsIn('Whoever is told, but stand-alone', 'code')).to.have.length(2)
    expect(longSentencesIn(`${'word '.repeat(MOST_WORDS + 1)}.`)).to.have.length(1)
  })

  it(`have no sentence of more than ${MOST_WORDS} words`, () => {
    const long = prose.flatMap(({ place, text }) =>
      longSentencesIn(text).map((found) => `${place}: ${found}`),
    )
    expect(long).to.eql([])
  })

  it('use the usual words', () => {
    const unusual = prose.flatMap(({ place, text }) =>
      unusualWordsIn(text, 'code').map((found) => `${place}: ${found}`),
    )
    expect(unusual).to.eql([])
  })
})
