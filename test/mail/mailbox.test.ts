import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import Koa from 'koa'
import { createMailboxTransport, findMessage, listMessages } from '../../src/mail/mailbox.ts'
import { mailboxRoutes } from '../../src/mail/mailbox.routes.ts'
import { AppError } from '../../src/platform/errors.ts'
import { databases } from '../outbox/outbox-database.ts'
import type { Opened } from '../outbox/outbox-database.ts'

const mail = (id: string, to = 'ada@example.org') => ({
  id,
  messageId: `<${id}@accounts.example>`,
  from: { name: '', address: 'no-reply@accounts.example' },
  to,
  language: 'en',
  subject: `Mail ${id} 😀`,
  text: `text of ${id}`,
  html: `<p>html of ${id}`,
})

for (const { name, open } of databases) {
  describe(`Mailbox on ${name}`, () => {
    let opened: Opened
    before(async () => {
      opened = await open()
    })
    beforeEach(async () => {
      await opened.db('mailbox_messages').delete()
    })
    after(async () => opened.close())

    const transport = () => createMailboxTransport({ db: opened.db, clock: () => 1234 })

    it('keeps mails, newest first, and finds those to one address in any spelling', async () => {
      await transport().send(mail('1'))
      await transport().send(mail('2', 'Grace@example.org'))
      await transport().send(mail('3'))
      expect((await listMessages(opened.db)).map(({ id }) => id)).to.deep.equal(['3', '2', '1'])
      expect((await listMessages(opened.db, { to: 'grace@Example.org ' })).map(({ id }) => id)).to.deep.equal(
        ['2'],
      )
      expect(await findMessage(opened.db, '1')).to.deep.equal({
        id: '1',
        to: 'ada@example.org',
        language: 'en',
        subject: 'Mail 1 😀',
        text: 'text of 1',
        html: '<p>html of 1',
        atMs: 1234,
      })
    })

    it('says in which language a mail is', async () => {
      await transport().send({ ...mail('1'), html: '<!doctype html>\n<html lang="zh-CN">\n' })
      expect(await findMessage(opened.db, '1')).to.have.property('language', 'zh-CN')
    })

    it('shows a mail once, although it was delivered twice', async () => {
      await transport().send(mail('1'))
      await transport().send(mail('1'))
      expect(await listMessages(opened.db)).to.have.length(1)
    })

    it('keeps the last 200', async () => {
      for (let index = 0; index < 203; index += 1) await transport().send(mail(String(1000 + index)))
      const kept = await listMessages(opened.db)
      expect(kept).to.have.length(200)
      expect([kept[0]?.id, kept.at(-1)?.id]).to.deep.equal(['1202', '1003'])
    })
  })
}

describe('Mailbox pages', () => {
  let opened: Opened
  let server: Server
  let address: string

  before(async () => {
    opened = await databases[0]!.open()
    const app = new Koa({ proxy: false })
    app.silent = true
    app.use(async (ctx, next) => {
      try {
        await next()
      } catch (error) {
        if (!(error instanceof AppError)) throw error
        ctx.status = error.status
        ctx.body = { error: error.code }
      }
    })
    const routes = mailboxRoutes(
      opened.db,
      async (ctx, view, locals) => {
        ctx.body = JSON.stringify({ view, locals })
        ctx.type = 'html'
      },
      async () => true,
    )
    app.use(routes.routes())
    server = app.listen(0, '127.0.0.1')
    await once(server, 'listening')
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const transport = createMailboxTransport({ db: opened.db, clock: () => 1234 })
    await transport.send(mail('1'))
    await transport.send(mail('2', 'grace@example.org'))
  })
  after(async () => {
    server.closeAllConnections()
    server.close()
    await opened.close()
  })

  const get = async (path: string, accept = 'text/html,application/xhtml+xml,*/*;q=0.8') =>
    fetch(address + path, { headers: { accept } })

  it('shows the list and one mail as pages [A24]', async () => {
    const list = await (await get('/mailbox')).json()
    expect(list.view).to.equal('mailbox')
    expect(list.locals.messages.map((message: { id: string }) => message.id)).to.deep.equal(['2', '1'])
    const one = await (await get('/mailbox/1')).json()
    expect(one).to.have.property('view', 'mailbox-message')
    expect(one.locals).to.include({ htmlHref: '/mailbox/1/html' })
    expect(one.locals.message).to.include({ id: '1', text: 'text of 1' })
  })

  it('gives the newest mail to one address as JSON', async () => {
    const response = await get('/mailbox?to=Ada@example.org', 'application/json')
    expect(response.headers.get('cache-control')).to.equal('no-store')
    const { messages } = await response.json()
    expect(messages).to.have.length(1)
    expect(messages[0]).to.include({ id: '1', to: 'ada@example.org', text: 'text of 1' })
    expect(await (await get('/mailbox/2', 'application/json')).json()).to.include({ id: '2' })
  })

  it('shows the HTML of a mail where it can neither run, load nor send anything', async () => {
    const response = await get('/mailbox/1/html')
    expect(await response.text()).to.equal('<p>html of 1')
    const policy = response.headers.get('content-security-policy')
    expect(policy).to.contain("default-src 'none'").and.contain("form-action 'none'").and.contain('sandbox')
    expect(policy).not.to.contain('allow-scripts').and.not.to.contain('allow-same-origin')
  })

  for (const path of ['/mailbox/none', '/mailbox/none/html', '/mailbox/%00', `/mailbox/${'x'.repeat(500)}`]) {
    it(`answers 404 to ${path.slice(0, 30)}`, async () => {
      const response = await get(path)
      expect(response.status).to.equal(404)
      expect(await response.json()).to.deep.equal({ error: 'mail_not_found' })
    })
  }

  it('takes a doubled or odd filter without failing', async () => {
    expect((await get('/mailbox?to=a&to=b')).status).to.equal(200)
    expect((await get('/mailbox?to=%00%ff')).status).to.equal(200)
  })
})
