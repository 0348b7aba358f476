import { randomBytes, randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { createPairwiseSubjects } from '../../../src/provider/subjects/pairwise.ts'

describe('a pairwise subject', () => {
  const subjects = createPairwiseSubjects(randomBytes(32))
  const [one, other] = [{ sectorIdentifier: 'one.example' }, { sectorIdentifier: 'other.example' }]
  const account = randomUUID()

  it('is one name for each account and sector, and leads back to the account there', () => {
    const subject = subjects.subjectOf(account, one)
    expect(subject).to.match(/^[\w-]{43}$/)
    expect(subjects.subjectOf(account, { ...one })).to.equal(subject)
    expect(subjects.subjectOf(account, other)).not.to.equal(subject)
    expect(subjects.subjectOf(randomUUID(), one)).not.to.equal(subject)
    expect(subjects.accountOf(subject, one)).to.equal(account)
  })

  it('leads to no account in another sector, with another key, or when it was changed or made up', () => {
    const subject = subjects.subjectOf(account, one)
    const bent = subject.slice(0, 30) + (subject[30] === 'A' ? 'B' : 'A') + subject.slice(31)
    expect(subjects.accountOf(subject, other)).to.equal(undefined)
    expect(createPairwiseSubjects(randomBytes(32)).accountOf(subject, one)).to.equal(undefined)
    for (const made of [bent, '', 'x', account, randomBytes(32).toString('base64url')])
      expect(subjects.accountOf(made, one), made).to.equal(undefined)
  })

  it('says nothing of the account in its parts: no piece is shared between sectors', () => {
    const [here, there] = [one, other].map((client) =>
      Buffer.from(subjects.subjectOf(account, client), 'base64url'),
    )
    expect(here!.subarray(0, 16)).not.to.eql(there!.subarray(0, 16))
    expect(here!.subarray(16)).not.to.eql(there!.subarray(16))
  })
})
