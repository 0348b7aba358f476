import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { citingRows, expectCited } from './support/cited-tests.ts'

const DOCUMENT = 'docs/security.md'
const KNOWN_FAILURES = 28

describe('the table of security promises', () => {
  const rows = citingRows(DOCUMENT, '\n## Protocol')

  it('is read to its last row', () => {
    const lines = readFileSync(join(import.meta.dirname, '..', DOCUMENT), 'utf8').split('\n')
    const written = lines.filter((line) => /^\| (?!Promise |-)/.test(line))
    expect(rows).to.have.length(written.length)
    expect(rows).to.have.length.greaterThan(150)
  })

  it('has every part, and each promise of a part once', () => {
    const parts = new Map<string, string[]>()
    for (const { heading, subject } of rows) parts.set(heading, [...(parts.get(heading) ?? []), subject])
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
      'Web',
      'Storage',
      'Faults',
      'Known failures of others',
    ])
    for (const [part, promises] of parts) expect(new Set(promises).size, part).to.equal(promises.length)
  })

  it('answers each known failure of others, by its number', () => {
    const known = rows.filter(({ heading }) => heading === 'Known failures of others')
    const numbers = known.map(({ subject }) => Number.parseInt(subject, 10))
    expect(numbers).to.eql(Array.from({ length: KNOWN_FAILURES }, (_, index) => index + 1))
  })

  it('names for each promise a test that there is', () => {
    for (const { subject, file } of rows) expect(file, subject).to.match(/^test\/.*\.test\.ts$/)
    expectCited(rows)
  })
})
