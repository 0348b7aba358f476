import { expect } from 'chai'
import { takeTurns } from '../../../src/platform/network/guarded-fetch.ts'

describe('looking up the names that clients supply', () => {
  it('resolves two names at a time, and gives up for callers that waited too long', async () => {
    const [asked, answers] = [[] as string[], [] as (() => void)[]]
    const slow = (host: string) => {
      asked.push(host)
      return new Promise<never[]>((done) => answers.push(() => done([])))
    }
    const resolve = takeTurns(slow, 2, 1000)
    const [first, second, third] = [resolve('a'), resolve('b'), resolve('c')]
    expect(asked).to.eql(['a', 'b'])
    answers[0]!()
    await first
    await until(() => asked.length === 3)
    const late = resolve('d')
    await new Promise((done) => setTimeout(done, 1020))
    for (const answer of answers) answer()
    await Promise.all([second, third])
    const refused = await late.catch((error: Error) => error.message)
    expect(refused).to.contain('too many names')
    expect(asked).to.eql(['a', 'b', 'c'])
    const next = resolve('e')
    expect(asked.at(-1), 'the place is free again').to.equal('e')
    answers.at(-1)!()
    await next
  })
})

async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 100 && !condition(); turn += 1) await new Promise((done) => setImmediate(done))
  expect(condition()).to.equal(true)
}
