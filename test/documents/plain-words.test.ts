import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'

const HOME = join(import.meta.dirname, '../..')
const MOST_WORDS = 25

/** Words that make a reader stop, or that say in two ways what has one usual term. */
const UNUSUAL = /\b(?:whoever|whom|whose|told|stands?|lies|hangs on|comes to|at all)\b/gi

type Sentence = { text: string; words: number }

/** Prose alone: no code, no HTML, no addresses of links, and of generated parts nothing. */
function proseOf(markdown: string): string[] {
  return markdown
    .replaceAll(/^ *```[\s\S]*?^ *```$/gm, '')
    .replaceAll(/<!-- ([\w-]+): npm run [^>]*-->[\s\S]*?<!-- \/\1 -->/g, '')
    .replaceAll(/<[^>]+>/g, '')
    .replaceAll(/\]\([^)]*\)/g, ']')
    .split(/\n\s*\n|\n(?=\s*(?:- |\d+\. |\|))|\|/)
    .map((part) =>
      part
        .replaceAll(/\s+/g, ' ')
        .replaceAll(/(`+).*?\1/g, 'code')
        .trim(),
    )
    .filter((part) => /[a-z]/i.test(part))
}

function sentencesOf(part: string): Sentence[] {
  // A line of links to the sections of a page is no sentence.
  if (part.includes(' · ')) return []
  return part
    .split(/(?<=[.!?:;][*_)]*)\s+/)
    .map((text) => ({ text, words: text.split(' ').filter((word) => /\w/.test(word)).length }))
}

describe('the documents, in plain words', () => {
  const documents = ['.', 'docs', 'docs/clients', 'docs/decisions'].flatMap((folder) =>
    readdirSync(join(HOME, folder))
      .filter((name) => name.endsWith('.md'))
      .map((name) => join(folder, name)),
  )
  const proseIn = (document: string) => proseOf(readFileSync(join(HOME, document), 'utf8'))

  it('are read', () => {
    expect(documents).to.include.members(['README.md', 'docs/operations.md', 'docs/clients/errors.md'])
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
        .flatMap(sentencesOf)
        .filter(({ words }) => words > MOST_WORDS)
        .map(({ text, words }) => `${document}: ${words} words: ${text}`),
    )
    expect(long).to.eql([])
  })

  it('use the usual words', () => {
    const unusual = documents.flatMap((document) =>
      proseIn(document).flatMap((part) =>
        [...part.matchAll(UNUSUAL)].map(([word]) => `${document}: "${word}" in: ${part}`),
      ),
    )
    expect(unusual).to.eql([])
  })
})
