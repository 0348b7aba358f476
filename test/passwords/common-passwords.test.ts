import { expect } from 'chai'
import { readFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { gunzipSync } from 'node:zlib'
import { isCommonPassword } from '../../src/passwords/common-passwords.ts'
import { passwordProblem } from '../../src/passwords/password-policy.ts'

/** The most frequent first. The file names its source and its licence. */
const FIRST = gunzipSync(readFileSync(new URL('first-10000.txt.gz', import.meta.url)))
  .toString('utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
const POLICY = { serverName: 'Example Accounts', accounts: { passwordMinLength: 8 } }
const MB = 1_000_000

const accepted = (passwords: readonly string[]) =>
  passwords.filter(
    (password) => passwordProblem(POLICY, password, { email: 'ada@example.com' }) === undefined,
  )

describe('the list of common passwords', () => {
  it('refuses at least 99 % of the first 10,000 of a public list [S-2.160]', () => {
    expect(FIRST).to.have.lengthOf(10_000)
    const longEnough = FIRST.filter((password) => password.length >= 8)
    expect(longEnough.length).to.be.greaterThan(3000)
    const missed = accepted(longEnough)
    expect(missed.length / longEnough.length, missed.slice(0, 20).join(' ')).to.be.at.most(0.01)
    const notCommon = FIRST.filter((password) => password.length > 3 && !isCommonPassword(password))
    expect(notCommon.length, notCommon.slice(0, 20).join(' ')).to.be.at.most(100)
  })

  it('refuses them also with a year and a sign, as people vary them', () => {
    const words = FIRST.filter((password) => /^[a-z]{6,}$/.test(password)).slice(0, 1000)
    const varied = words.map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}2024!`)
    expect(accepted(varied).length).to.be.at.most(varied.length / 100)
  })

  it('accepts passwords that nobody guesses first', () => {
    const strange = Array.from({ length: 1000 }, (_, n) => `${n.toString(36)}-otter ${n * 7919} lamp`)
    expect(accepted(strange)).to.deep.equal(strange)
  })

  it('answers in less than a tenth of a millisecond, and takes less than 10 MB', async () => {
    setFlagsFromString('--expose_gc')
    const collect = runInNewContext('gc') as () => void
    collect()
    const before = process.memoryUsage().heapUsed
    // A copy of its own, which has read no list yet.
    const module = '../../src/passwords/common-passwords.ts?measured'
    const fresh = (await import(module)) as { isCommonPassword: typeof isCommonPassword }
    fresh.isCommonPassword('warm')
    collect()
    expect(process.memoryUsage().heapUsed - before).to.be.below(10 * MB)
    const rounds = [1, 2, 3].map(() => {
      const startedAt = performance.now()
      for (const password of FIRST) fresh.isCommonPassword(password)
      return (performance.now() - startedAt) / FIRST.length
    })
    expect(Math.min(...rounds)).to.be.below(0.1)
  })
})
