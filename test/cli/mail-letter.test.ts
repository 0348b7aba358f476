import { expect } from 'chai'
import { FAULTS } from '../../src/cli/mail/faults.ts'
import { startMailCatcher } from '../outbox/mail-catcher.ts'
import { startServer } from '../support/running-server.ts'
import type { RunningServer } from '../support/running-server.ts'
import { answerOf } from './command-line.ts'

type Report = { exit_code: number; checks: { check: string; state: string; found: string }[] }

describe('The letter of mail doctor', () => {
  let server: RunningServer
  let catcher: Awaited<ReturnType<typeof startMailCatcher>>
  before(async () => {
    catcher = await startMailCatcher({
      onRcptTo: ({ address }, _session, done) =>
        address.startsWith('nobody')
          ? done(Object.assign(new Error('nobody of this name'), { responseCode: 550 }))
          : done(),
    })
    server = await startServer({
      store: 'sqlite',
      env: {
        // Linux leads this address here, and it is no loopback address.
        ACCOUNT_SERVER_WORKER_SMTP_SERVER_URL: `smtp://0.0.0.0:${catcher.port}`,
        ACCOUNT_SERVER_WORKER_SMTP_REQUIRE_TLS: 'false',
      },
    })
  })
  after(async () => {
    await server.stop()
    await catcher.stop()
  })

  const sentTo = async (to: string) => (await answerOf(server.parts, ['mail', 'doctor', '--to', to])).data

  it('leaves by the worker, as every mail does', async () => {
    const { exit_code, checks } = (await sentTo('ada@example.org')) as Report
    expect(exit_code).to.equal(0)
    expect(checks.find(({ check }) => check === 'letter')).to.include({ state: 'ok' })
    expect(catcher.mails.map(({ to }) => to)).to.eql([['ada@example.org']])
  })

  it('is refused with the reason of the worker and the words of the mail server, and leaves nothing behind', async () => {
    const { exit_code, checks } = (await sentTo('nobody@example.org')) as Report
    expect(exit_code).to.equal(FAULTS.letter_refused.exitCode)
    expect(checks.find(({ check }) => check === 'letter')?.found).to.equal(
      'by a worker: smtp 550 RCPT TO; refused from here: smtp 550 RCPT TO: 550 nobody of this name',
    )
    expect(await server.parts.db('outbox_messages').whereNotNull('deadAtMs').select('id')).to.eql([])
  })

  it('leaves by a worker that warns at start where TLS is waived', () => {
    expect(server.log()).to.match(/"mail.tls_waived"/)
  })
})
