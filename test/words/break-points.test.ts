import { expect } from 'chai'
import { breakPoints } from '../../src/words/break-points.ts'

const SHOWN: readonly [string, string][] = [
  ['ada.lovelace+news@mail-list.example.org', 'ada.|lovelace+|news@|mail-|list.|example.|org'],
  ['We wrote to ada_l@example.org.', 'We wrote to ada_|l@|example.|org.'],
  ['我们已向 ada@example.org 发送验证码。', '我们已向 ada@|example.|org 发送验证码。'],
  ['a--b@example.org', 'a--|b@|example.|org'],
  ['No address, but e.g. a well-known word.', 'No address, but e.g. a well-known word.'],
  ['https://app.example.org/call-back?a=1&b', 'https://|app.|example.|org/|call-|back?|a=1&|b'],
  ['ACCOUNT_SERVER_DATA_DIR', 'ACCOUNT_|SERVER_|DATA_|DIR'],
  ['A word_with a line, and UTC.', 'A word_with a line, and UTC.'],
  ['', ''],
]

describe('words/break-points', () => {
  it('cuts addresses and names of settings after their dots and signs, and nothing else', () => {
    for (const [text, cut] of SHOWN) expect(breakPoints(text).join('|'), text).to.equal(cut)
  })
})
