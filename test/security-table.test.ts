import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { promiseRows, securityDocument, taggedTitles } from './documents/promises.ts'

const DOCUMENT = join(import.meta.dirname, '..', securityDocument.file)
const KNOWN_FAILURES = 28

describe('the table of security promises', () => {
  const rows = promiseRows(readFileSync(DOCUMENT, 'utf8'), taggedTitles())

  it('has a test for each promise', () => {
    const withoutTest = rows.filter(({ tests }) => tests.length === 0)
    expect(
      withoutTest.map(({ id }) => id),
      'no title in test/ has their tags',
    ).to.eql([])
    expect(rows).to.have.length.greaterThan(250)
  })

  it('has every part, and each promise of a part once', () => {
    const parts = Map.groupBy(rows, ({ heading }) => heading)
    expect([...parts.keys()]).to.eql([
      'Authorization',
      'Tokens',
      'Refresh tokens',
      'Logout and registration',
      'FAPI 2.0',
      'Passwords',
      'What strangers learn',
      'Mailed links',
      'Sessions',
      'Guessing',
      'Second factors',
      'Account life',
      'Other providers',
      'Web',
      'JSON API',
      'Storage',
      'Faults',
      'Known failures of others',
    ])
    for (const [part, promises] of parts)
      expect(new Set(promises.map(({ cells }) => cells[1])).size, part).to.equal(promises.length)
  })

  it('gives each promise an id of its own, chapter by chapter', () => {
    const ids = rows.map(({ id }) => id)
    expect(new Set(ids).size).to.equal(ids.length)
    const chapters = ids.map((id) => Number(/^S-(\d)\.\d+$/.exec(id)?.[1]))
    expect(chapters).to.eql(chapters.toSorted((a, b) => a - b))
  })

  it('answers each known failure of others, by its number', () => {
    const known = rows.filter(({ heading }) => heading === 'Known failures of others')
    expect(known.map(({ id }) => id)).to.eql(
      Array.from({ length: KNOWN_FAILURES }, (_, index) => `S-6.${index + 1}`),
    )
  })
})
