import { expect } from 'chai'
import { citingRows, expectCited } from './support/cited-tests.ts'

describe('the table of conformance modules', () => {
  const rows = citingRows('docs/conformance.md', '\n## Modules')

  it('covers every plan, and no module of a plan twice', () => {
    const plans = new Map<string, string[]>()
    for (const { heading, subject } of rows) plans.set(heading, [...(plans.get(heading) ?? []), subject])
    const counts = [...plans].map(([plan, modules]) => [plan, modules.length])
    expect(Object.fromEntries(counts)).to.eql({
      Basic: 38,
      Config: 1,
      Dynamic: 23,
      'Form Post': 38,
      'RP-Initiated Logout': 11,
      'Back-Channel Logout': 2,
      'Front-Channel Logout': 2,
      'Third-Party-Initiated Login': 2,
      'FAPI 2.0 Security Profile (final)': 65,
      'FAPI 2.0 Message Signing (final)': 14,
      'FAPI-CIBA': 43,
    })
    for (const [plan, modules] of plans) expect(new Set(modules).size, plan).to.equal(modules.length)
  })

  it('names for each module a test that there is, or says why there is none', () => {
    for (const { subject, sentence } of rows.filter(({ file }) => file === '–'))
      expect(sentence, subject).to.match(/\w{4}/)
    expectCited(rows.filter(({ file }) => file !== '–'))
  })
})
