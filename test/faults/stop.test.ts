import { connect } from 'node:net'
import { expect } from 'chai'
import { createConnection } from 'mysql2/promise'
import { cookiesOf, openStage, PASSWORD, until } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { pause } from '../support/service-process.ts'

describe('a process that is killed during a registration', function () {
  let stage: Stage

  before(async () => {
    stage = await openStage({ store: 'sqlite', separate: true })
  })
  after(() => stage.stop())

  // Registration takes about 100 ms; the moments lie before, within and after its transaction.
  for (const afterMs of [5, 50, 110])
    it(`leaves everything or nothing after ${afterMs} ms, and a retry succeeds [S-5.15]`, async () => {
      const email = `killed-after-${afterMs}@example.org`
      const visitor = stage.visitor()
      const form = await visitor.get('/register')
      const cut = visitor.followForm(form, { email, password: PASSWORD, name: '' }).catch(() => undefined)
      await pause(afterMs)
      await stage.restart('SIGKILL')
      await cut
      const { db } = stage.parts
      const accounts: { id: string }[] = await db('accounts').where({ emailCanonical: email }).select('id')
      const links: unknown[] = await db('one_time_tokens').whereIn(
        'accountId',
        accounts.map(({ id }) => id),
      )
      expect(links.length, 'links').to.equal(accounts.length)
      if (accounts.length > 0) await stage.waitForMail(email)
      const again = stage.visitor()
      const page = await again.followForm(await again.get('/register'), {
        email,
        password: PASSWORD,
        name: '',
      })
      expect(page.heading).to.equal('Check your email')
      const before = accounts.length
      await until(
        async () => (await stage.mails()).filter(({ to }) => to === email).length > before,
        'a mail came',
      )
      const { text } = await stage.waitForMail(email)
      const [link = ''] = /https?:\/\/\S+\/activate\S+/.exec(text) ?? []
      expect((await again.get(link)).url.pathname).to.equal('/account')
    })
})

describe('a process that is killed between the two halves of a registration', function () {
  it('leaves nothing of the first', async () => {
    const stage = await openStage({ store: 'mariadb+redis', processes: 1, separate: true })
    const other = await createConnection(stage.env['ACCOUNT_SERVER_MYSQL_DSN'] ?? '')
    const email = 'killed-in-the-middle@example.org'
    const visitor = stage.visitor()
    const form = await visitor.get('/register')
    // The account's row goes in, the mail's has to wait.
    await other.query('LOCK TABLES outbox_messages WRITE')
    const cut = visitor.followForm(form, { email, password: PASSWORD, name: '' }).catch(() => undefined)
    await until(async () => {
      const [rows] = await other.query('SHOW FULL PROCESSLIST')
      return JSON.stringify(rows).includes('insert into `outbox_messages`')
    }, 'the registration waits for the mail')
    await stage.signal('SIGKILL')
    await other.query('UNLOCK TABLES')
    await other.end()
    await cut
    // The database needs a moment to notice that its client is gone.
    const rows = () => stage.parts.db('accounts').where({ emailCanonical: email }).select('id')
    await until(
      async () => (await stage.parts.db('outbox_messages').select('id')).length === 0,
      'no mail is left',
    )
    await pause(200)
    expect(await rows()).to.eql([])
    await stage.stop()
  })
})

for (const options of [
  { store: 'sqlite' as const },
  { store: 'sqlite' as const, env: { ACCOUNT_SERVER_WORKERS: '4' } },
  { store: 'mariadb+redis' as const },
])
  describe(`SIGTERM, with ${options.store}${options.env ? ' and four processes, some still starting' : ''}`, function () {
    it('lets a started request finish, takes no new one, and ends with 0 [S-5.14]', async () => {
      const stage = await openStage({ ...options, separate: true })
      const { email } = await stage.person()
      const visitor = stage.visitor()
      const { text } = await visitor.get('/sign-in')
      const csrf = /name="_csrf" value="([^"]*)"/.exec(text)?.[1] ?? ''
      const { port } = stage.processes[0]!
      const body = new URLSearchParams({ _csrf: csrf, email, password: PASSWORD }).toString()
      const slow = await startSlowly(port, body, cookiesOf(visitor))
      const codes = stage.signal('SIGTERM')
      await until(() => refused(port), 'new connections are refused')
      const answer = await slow.finish()
      expect(answer).to.match(/^HTTP\/1\.1 303 /)
      expect(answer.toLowerCase()).to.contain('connection: close')
      expect(await codes).to.satisfy((all: number[]) => all.every((code) => code === 0))
      await stage.stop()
    })
  })

/** Sends the head and half the body of a sign-in; `finish` sends the rest. */
async function startSlowly(port: number, body: string, cookie: string) {
  const socket = connect(port, '127.0.0.1')
  let text = ''
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  const head = [
    'POST /sign-in HTTP/1.1',
    'Host: localhost',
    `Cookie: ${cookie}`,
    'Content-Type: application/x-www-form-urlencoded',
    `Content-Length: ${body.length}`,
    'Expect: 100-continue',
  ]
  socket.write(`${head.join('\r\n')}\r\n\r\n`)
  // RFC 9110 §10.1.1: the server says so once it has read the head.
  await until(() => Promise.resolve(text === 'HTTP/1.1 100 Continue\r\n\r\n'), 'the server asks for the body')
  text = ''
  socket.write(body.slice(0, 10))
  return {
    async finish() {
      socket.write(body.slice(10))
      await closed
      return text
    },
  }
}

function refused(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(socket.destroy() === undefined))
    socket.once('error', () => resolve(true))
  })
}
