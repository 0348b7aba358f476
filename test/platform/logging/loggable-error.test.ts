import { expect } from 'chai'
import { loggableError } from '../../../src/platform/logging/loggable-error.ts'

describe('an error in the log', () => {
  const STATEMENT = `insert into \`recorded_uses\` (\`content\`) values ('{"nonce":"a secret - of sorts"}')`

  for (const [code, words] of [
    ['PROTOCOL_CONNECTION_LOST', 'Connection lost: The server closed the connection.'],
    ['ECONNRESET', 'read ECONNRESET'],
    ['ER_LOCK_DEADLOCK', 'Deadlock found'],
  ] as const)
    it(`keeps what the database said, and nothing of the statement, with ${code}`, () => {
      const error = Object.assign(new Error(`${STATEMENT} - ${words}`), { code })
      expect(loggableError(error)).to.include({ type: 'Error', reason: code, message: words })
    })

  it('keeps what anybody else said, without addresses', () => {
    const { message } = loggableError(new Error('no mailbox for person@example.org - select another'))
    expect(message).to.equal('no mailbox for [address] - select another')
  })
})
