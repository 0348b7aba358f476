import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { MOST_WORDS, longSentencesIn, sentencesOf, unusualWordsIn, withoutCode } from './words.ts'

const HOME = join(import.meta.dirname, '../..')
/** Prose alone: no code, no HTML, no addresses of links, and of generated parts nothing. */
function proseOf(markdown: string): string[] {
  return markdown
    .replaceAll(/^ *```[\s\S]*?^ *```$/gm, '')
    .replaceAll(/<!-- ([\w-]+): npm run [^>]*-->[\s\S]*?<!-- \/\1 -->/g, '')
    .replaceAll(/<[^>]+>/g, '')
    .replaceAll(/\]\([^)]*\)/g, ']')
    .split(/\n\s*\n|\n(?=\s*(?:- |\d+\. |\|))|\|/)
    .map(withoutCode)
    .filter((part) => /[a-z]/i.test(part))
}

describe('the documents, in plain words', () => {
  const folders = ['clients', 'decisions', 'integrations', 'migrating'].map((name) => `docs/${name}`)
  const documents = ['.', 'docs', ...folders].flatMap((folder) =>
    readdirSync(join(HOME, folder))
      .filter((name) => name.endsWith('.md'))
      .map((name) => join(folder, name)),
  )
  const proseIn = (document: string) => proseOf(readFileSync(join(HOME, document), 'utf8'))

  it('are read', () => {
    expect(documents).to.include.members([
      'README.md',
      'docs/operations.md',
      'docs/clients/errors.md',
      'docs/migrating/endpoints.md',
    ])
    const sentences = documents.flatMap(proseIn).flatMap(sentencesOf)
    expect(sentences).to.have.length.greaterThan(1000)
    expect(proseOf('One `a b`.\n\n```sh\ntold\n```\n\n| told | x |').flatMap(sentencesOf)).to.eql([
      { text: 'One code.', words: 2 },
      { text: 'told', words: 1 },
      { text: 'x', words: 1 },
    ])
  })

  it(`have no sentence of more than ${MOST_WORDS} words`, () => {
    const long = documents.flatMap((document) =>
      proseIn(document)
        .flatMap(longSentencesIn)
        .map((found) => `${document}: ${found}`),
    )
    expect(long).to.eql([])
  })

  it('use the usual words', () => {
    const unusual = documents.flatMap((document) =>
      proseIn(document)
        .flatMap((part) => unusualWordsIn(part, 'documents'))
        .map((found) => `${document}: ${found}`),
    )
    expect(unusual).to.eql([])
  })
})
