import { expect } from 'chai'
import { isSafe } from 'redos-detector'
import { expressionsIn, regularExpressions } from '../support/regular-expressions.ts'

/** More than this many ways to match one text, or endlessly many, is where time grows faster than the text. */
const MOST_WAYS = 20
/** Of the detector's search: what it cannot judge within them counts as unsafe. */
const MOST_STEPS = 20_000

function isLinear(pattern: RegExp): boolean {
  // A sticky expression begins at one given place alone.
  const begun = pattern.sticky ? `^(?:${pattern.source})` : pattern.source
  // The detector does not read names of groups, which change nothing about the time.
  const fixed = new RegExp(begun.replaceAll(/\(\?<\w+>/g, '('), pattern.flags.replace('y', ''))
  return isSafe(fixed, { maxScore: MOST_WAYS, maxSteps: MOST_STEPS }).safe
}

describe('regular expressions', function () {
  const { written, made } = regularExpressions()

  it('are all found: in the server, its scripts, its templates and the examples', () => {
    expect(written.length).to.be.greaterThan(120)
    for (const folder of ['src/', 'views/', 'examples/'])
      expect(
        written.some(({ place }) => place.startsWith(folder)),
        folder,
      ).to.equal(true)
    const template = expressionsIn('a.ejs', '<% if (/x+$/.test(locals.y)) { %>1<% } %>')
    expect(template.written.map(({ pattern }) => String(pattern))).to.eql(['/x+$/'])
  })

  it('take time in proportion to the length of any text [S-3.25]', () => {
    const slow = written.filter(({ pattern }) => !isLinear(pattern))
    expect(slow.map(({ place, pattern }) => `${place} ${String(pattern)}`)).to.eql([])
  })

  it('are never put together at run time, where nobody could check them', () => {
    expect(made).to.eql([])
    expect(expressionsIn('a.ts', 'const made = new RegExp(`a${1}`)').made).to.have.length(1)
  })

  for (const slow of [/^[\t ]+|[\t ]+$/g, /(a+)+$/, /%.*$/, /\s*,\s*$/, /^(\w+\s?)*$/])
    it(`like ${String(slow)} are found to be slow`, () => {
      expect(isLinear(slow)).to.equal(false)
    })
})
