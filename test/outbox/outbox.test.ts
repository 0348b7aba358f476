import { expect } from 'chai'
import type { AppError } from '../../src/platform/errors.ts'
import type { MailRequest } from '../../src/outbox/mail-request.ts'
import { createOutbox } from '../../src/outbox/outbox.ts'
import type { Db } from '../../src/platform/sql/database.ts'
import { databases, movableClock, sealer, until } from './outbox-database.ts'
import type { Opened } from './outbox-database.ts'

const link = 'https://accounts.example/activate?token=s3cret-t0ken'

function activation(change: Partial<MailRequest> = {}): MailRequest {
  const data = { name: 'Ada', link, code: 'K7M2QP', expiresAtMs: 2_000_000_000_000 }
  return { template: 'activation', to: 'ada@example.org', data, ...change } as MailRequest
}

for (const { name, open } of databases) {
  describe(`Outbox on ${name}`, () => {
    let opened: Opened
    let db: Db
    const { clock } = movableClock()

    before(async () => {
      opened = await open()
      db = opened.db
    })
    beforeEach(async () => {
      await db('outbox_messages').delete()
    })
    after(async () => opened.close())

    it('keeps a message that was recorded in a transaction once that commits', async () => {
      const outbox = createOutbox({ sealer, clock })
      const id = await db.transaction(async (trx) => outbox.enqueueMail(trx, activation()))
      const rows = await db('outbox_messages').select('id', 'topic', 'attempts', 'createdAtMs')
      expect(rows).to.deep.equal([{ id, topic: 'mail', attempts: 0, createdAtMs: clock() }])
    })

    it('leaves no row when the transaction rolls back', async () => {
      const outbox = createOutbox({ sealer, clock })
      const failing = db.transaction(async (trx) => {
        await outbox.enqueueMail(trx, activation())
        throw new Error('the account could not be written')
      })
      const error = await failing.catch((reason: Error) => reason)
      expect(error).to.have.property('message', 'the account could not be written')
      expect(await db('outbox_messages').select('id')).to.deep.equal([])
    })

    it('shows neither link, code nor recipient in its table', async () => {
      await createOutbox({ sealer, clock }).enqueueMail(db, activation())
      const dump = JSON.stringify(await db('outbox_messages').select())
      const base64 = (text: string) => Buffer.from(text).toString('base64').slice(4, 12)
      for (const secret of [link, 's3cret', 'K7M2QP', 'ada@example.org', base64('s3cret-t0ken')]) {
        expect(dump, secret).not.to.contain(secret)
      }
    })

    it('wakes the relay of its own process after the commit, and not after a rollback', async () => {
      let told = 0
      const outbox = createOutbox({ sealer, clock }, () => (told += 1))
      await db.transaction(async (trx) => {
        await outbox.enqueueMail(trx, activation())
        expect(told).to.equal(0)
      })
      await until(() => told === 1)
      const failing = db.transaction(async (trx) => {
        await outbox.enqueueMail(trx, activation())
        throw new Error('no')
      })
      await failing.catch(() => undefined)
      expect(told).to.equal(1)
      await outbox.enqueueMail(db, activation())
      expect(told).to.equal(2)
    })

    it('gives ids that sort in the order of recording, even within a millisecond', async () => {
      const outbox = createOutbox({ sealer, clock })
      const ids: string[] = []
      for (let count = 0; count < 50; count += 1) {
        ids.push(await outbox.record(db, { topic: 'events', key: 'account', payload: { count } }))
      }
      expect([...ids].sort()).to.deep.equal(ids)
    })

    const line = { expiresAtMs: 1, code: '1', link, name: 'Ada' }
    const intrusions: [string, Partial<MailRequest>][] = [
      ['a line break in the address', { to: 'ada@example.org\r\nBcc: eve@example.org' }],
      ['a second address', { to: 'ada@example.org,eve@example.org' }],
      ['an address in brackets', { to: 'Eve <eve@example.org>' }],
      ['a line break in the name', { data: { ...line, name: 'Ada\nBcc: eve@example.org' } }],
      ['a Unicode line separator in the name', { data: { ...line, name: 'Ada\u2028eve' } }],
      ['a link that is none', { data: { ...line, link: 'javascript:alert(1)' } }],
    ]
    for (const [what, change] of intrusions) {
      it(`refuses ${what}`, async () => {
        const refusal = createOutbox({ sealer, clock }).enqueueMail(db, activation(change))
        const error = await refusal.catch((reason: AppError) => reason)
        expect(error).to.include({ code: 'mail_field_invalid', status: 400 })
        expect(await db('outbox_messages').select('id')).to.deep.equal([])
      })
    }
  })
}
