import { expect } from 'chai'
import { inCase } from './in-case.ts'

describe('a check that a loop repeats', () => {
  it('answers what it found, and names its case when it fails', async () => {
    expect(await inCase('ES256', () => 1)).to.equal(1)
    const failing = inCase('RS256', async () => {
      await Promise.resolve()
      expect(1).to.equal(2)
    })
    const failure = await failing.catch((error: Error) => error)
    expect(failure).to.have.property('message', 'RS256: expected 1 to equal 2')
  })
})
