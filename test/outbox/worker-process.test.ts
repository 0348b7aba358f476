import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { on, once } from 'node:events'
import { join } from 'node:path'
import { expect } from 'chai'
import { createOutbox } from '../../src/outbox/outbox.ts'
import { freePort } from '../support/services.ts'
import { header, startMailCatcher } from './mail-catcher.ts'
import { dataKey, databases, sealer, until } from './outbox-database.ts'
import type { Opened } from './outbox-database.ts'

for (const { name, open } of databases) {
  describe(`Worker processes on ${name}`, () => {
    let opened: Opened
    let workers: ChildProcess[]

    beforeEach(async () => {
      workers = []
      opened = await open()
    })
    afterEach(async () => {
      await Promise.all(workers.map((worker) => end(worker, 'SIGKILL')))
      await opened.close()
    })

    function startWorker(workerSmtpServerUrl: string, environment: NodeJS.ProcessEnv = {}): ChildProcess {
      const worker = fork(join(import.meta.dirname, 'mail-worker.ts'), {
        env: {
          ...process.env,
          ...environment,
          DATABASE: JSON.stringify(opened.settings),
          DATA_KEY: dataKey.toString('base64'),
          SMTP_URL: workerSmtpServerUrl,
        },
      })
      workers.push(worker)
      return worker
    }

    async function end(worker: ChildProcess, signal: NodeJS.Signals): Promise<void> {
      if (worker.exitCode !== null || worker.signalCode !== null) return
      worker.kill(signal)
      await once(worker, 'exit')
    }

    async function said(worker: ChildProcess, word: string): Promise<void> {
      for await (const [message] of on(worker, 'message')) if (message === word) return
    }

    const outbox = createOutbox({ sealer, clock: Date.now })
    const enqueue = async (to: string) =>
      outbox.enqueueMail(opened.db, {
        template: 'activation',
        to,
        data: { name: 'Ada', link: 'https://a.example/x', code: '123456', expiresAtMs: Date.now() + 60_000 },
      })
    const waiting = async () =>
      (await opened.db('outbox_messages').whereNotNull('nextAttemptAtMs').pluck('id')).length

    it('lose no mail when one is killed between sending and acknowledging [S-5.12]', async () => {
      const catcher = await startMailCatcher()
      const id = await enqueue('ada@example.org')
      const doomed = startWorker(catcher.url, { STALL: '1' })
      await said(doomed, 'sent')
      await end(doomed, 'SIGKILL')
      expect(await waiting()).to.equal(1)

      startWorker(catcher.url)
      await until(async () => (await waiting()) === 0)
      expect(catcher.mails.map((mail) => header(mail, 'Message-ID'))).to.deep.equal([
        `<${id}@accounts.example>`,
        `<${id}@accounts.example>`,
      ])
      await catcher.stop()
    })

    it('send each mail once when several work in parallel', async () => {
      const catcher = await startMailCatcher()
      const addresses = Array.from({ length: 60 }, (_, index) => `person${index}@example.org`)
      const three = [1, 2, 3].map(() => startWorker(catcher.url))
      await Promise.all(three.map((worker) => said(worker, 'started')))
      for (const address of addresses) await enqueue(address)
      await until(async () => (await waiting()) === 0)
      await Promise.all(three.map((worker) => end(worker, 'SIGTERM')))
      const received = catcher.mails.flatMap((mail) => mail.to)
      expect(received.sort()).to.deep.equal(addresses.sort())
      expect(three.map((worker) => worker.exitCode)).to.deep.equal([0, 0, 0])
      await catcher.stop()
    })

    it('do not disturb recording while SMTP is down, and deliver when it is back [S-2.12][S-5.10][A03]', async () => {
      const port = await freePort()
      startWorker(`smtp://127.0.0.1:${port}`)
      const id = await opened.db.transaction(async (trx) =>
        outbox.enqueueMail(trx, {
          template: 'password-changed',
          to: 'ada@example.org',
          data: { name: 'Ada', whenMs: Date.now(), resetLink: 'https://a.example/forgot' },
        }),
      )
      await until(async () => Boolean((await opened.db('outbox_messages').where({ id }).first()).lastError))
      const catcher = await startMailCatcher({}, port)
      await opened.db('outbox_messages').where({ id }).update({ nextAttemptAtMs: Date.now() })
      await until(() => catcher.mails.length === 1)
      await until(async () => (await waiting()) === 0)
      await catcher.stop()
    })
  })
}
