import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { conformanceDocument, promiseRows, taggedTitles } from './documents/promises.ts'

const DOCUMENT = join(import.meta.dirname, '..', conformanceDocument.file)

describe('the table of conformance modules', () => {
  const rows = promiseRows(readFileSync(DOCUMENT, 'utf8'), taggedTitles())

  it('covers every plan, and no module of a plan twice', () => {
    const plans = Map.groupBy(rows, ({ heading }) => heading)
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
    for (const [plan, modules] of plans)
      expect(new Set(modules.map(({ id }) => id)).size, plan).to.equal(modules.length)
  })

  it('has a test for each module, or says why there is none', () => {
    for (const { id, tests, reason } of rows) {
      if (reason === undefined) expect(tests, `${id}: no test names it`).to.not.be.empty
      else expect([reason, tests], `${id}: a reason, and no test`).to.satisfy(isUntested)
    }
  })
})

const isUntested = ([reason, tests]: [string, unknown[]]) => /\w{4}/.test(reason) && tests.length === 0
