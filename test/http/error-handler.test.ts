import { expect } from 'chai'
import type { Middleware } from 'koa'
import { Router } from '@koa/router'
import knex from 'knex'
import { z } from 'zod'
import { AppError } from '../../src/platform/errors.ts'
import { errorHandler } from '../../src/http/error-handler.ts'
import type { ErrorNeeds } from '../../src/http/error-handler.ts'
import { listen, memoryLog } from './loopback.ts'
import type { Loopback } from './loopback.ts'

const BROWSER = { Accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' }

describe('http/error-handler', () => {
  let app: Loopback | undefined
  let logged = memoryLog()
  const page: ErrorNeeds['renderErrorPage'] = (ctx, { message, errorId }) => {
    ctx.type = 'html'
    ctx.body = `<h1>${message}</h1>${errorId}`
  }

  const start = async (middlewares: Middleware[], renderErrorPage = page) => {
    logged = memoryLog()
    app = await listen([errorHandler({ log: logged.log, renderErrorPage }), ...middlewares])
    return app.url
  }
  const failingWith = (error: unknown) => start([() => Promise.reject(error)])

  afterEach(async () => {
    await app?.close()
  })

  it('answers an AppError with its status, code, words and Retry-After, and logs it once with the same id', async () => {
    const url = await failingWith(new AppError('busy', 429, 'Slow down.', { retryAfterSeconds: 3 }))
    const response = await fetch(url)
    const body = (await response.json()) as Record<string, string>
    expect(response.status).to.equal(429)
    expect(response.headers.get('retry-after')).to.equal('3')
    expect(response.headers.get('cache-control')).to.equal('no-store')
    expect(body).to.include({ error: 'busy', error_description: 'Slow down.' })
    expect(body['error_id']).to.match(/^[2-9A-Z]{4}-[2-9A-Z]{4}$/)
    expect(logged.lines()).to.have.length(1)
    expect(logged.lines()[0]).to.include({ errorId: body['error_id'], level: 'info', msg: 'http.refused' })
  })

  it('gives a browser a page and everyone else JSON', async () => {
    const url = await failingWith(new AppError('gone', 410, 'It is gone.'))
    const page = await fetch(url, { headers: BROWSER })
    expect(page.headers.get('content-type')).to.match(/^text\/html/)
    expect(await page.text()).to.contain('<h1>It is gone.</h1>')
    for (const accept of ['*/*', 'application/json', 'image/png']) {
      const response = await fetch(url, { headers: { Accept: accept } })
      expect(response.headers.get('content-type'), accept).to.match(/^application\/json/)
    }
  })

  it('gives no details of an unknown error, and logs it with its cause', async () => {
    const cause = new Error('inner reason')
    const url = await failingWith(new TypeError('secret at /srv/app/src/file.ts', { cause }))
    const response = await fetch(url)
    const text = await response.text()
    expect(response.status).to.equal(500)
    expect(text).to.not.match(/secret|\/srv|stack|TypeError|inner/)
    expect(logged.lines()[0]).to.include({ level: 'error', msg: 'http.failed' })
    expect(logged.text()).to.contain('secret at').and.to.contain('inner reason').and.to.contain('at ')
  })

  it('answers a thrown value that is no Error', async () => {
    const response = await fetch(await failingWith('just text'))
    expect(response.status).to.equal(500)
  })

  it('names field and reason of a zod error', async () => {
    const url = await start([() => void z.object({ age: z.number() }).parse({ age: 'x' })])
    const response = await fetch(url)
    expect(response.status).to.equal(400)
    expect(((await response.json()) as Record<string, string>)['error_description']).to.match(
      /^age: .*number/,
    )
  })

  it('answers 400 to an address that is not correctly encoded', async () => {
    const url = await start([(ctx) => void decodeURIComponent(ctx.path)])
    expect((await fetch(`${url}/%ff`)).status).to.equal(400)
  })

  const outages: [string, unknown][] = [
    ['a refused connection', Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })],
    ['a lost MySQL connection', Object.assign(new Error('lost'), { code: 'PROTOCOL_CONNECTION_LOST' })],
    ['a read-only database', Object.assign(new Error('x'), { code: 'ER_OPTION_PREVENTS_STATEMENT' })],
    ['Redis given up on', Object.assign(new Error('x'), { name: 'MaxRetriesPerRequestError' })],
    ['a full Redis', new Error("OOM command not allowed when used memory > 'maxmemory'.")],
    [
      'a library’s own 503',
      Object.assign(new Error('temporarily_unavailable'), { status: 503, expose: false }),
    ],
    ['an outage as a cause', new Error('outer', { cause: Object.assign(new Error(), { code: 'EPIPE' }) })],
    [
      'an outage on every address',
      new AggregateError([Object.assign(new Error(), { code: 'ECONNREFUSED' })]),
    ],
  ]
  for (const [name, error] of outages) {
    it(`answers ${name} with 503 and Retry-After`, async () => {
      const response = await fetch(await failingWith(error))
      expect(response.status).to.equal(503)
      expect(Number(response.headers.get('retry-after'))).to.be.greaterThan(0)
      expect(logged.lines()[0]).to.include({ level: 'error' })
    })
  }

  it('answers a real exhausted database pool with 503', async () => {
    const pool = { min: 1, max: 1 }
    const db = knex({
      client: 'better-sqlite3',
      connection: ':memory:',
      useNullAsDefault: true,
      pool,
      acquireConnectionTimeout: 20,
    })
    const held = await db.transaction()
    const url = await start([() => db.raw('select 1')])
    expect((await fetch(url)).status).to.equal(503)
    await held.rollback()
    await db.destroy()
  })

  it('never logs the values of a failed statement', async () => {
    const db = knex({ client: 'better-sqlite3', connection: ':memory:', useNullAsDefault: true })
    await db.schema.createTable('people', (table) => table.string('email').unique())
    await db('people').insert({ email: 'mary@example.org' })
    const url = await start([() => db('people').insert({ email: 'mary@example.org' })])
    const response = await fetch(url)
    expect(response.status).to.equal(500)
    expect(await response.text()).to.not.match(/mary|insert|people/i)
    expect(logged.text()).to.not.match(/mary|insert into/i)
    expect(logged.text())
      .to.contain('SQLITE_CONSTRAINT_UNIQUE')
      .and.contain('UNIQUE constraint failed: people.email')
    await db.destroy()
  })

  it('never logs an e-mail address that an error repeats', async () => {
    await fetch(await failingWith(new Error('550 no mailbox <mary.o+x@example.org> here')))
    expect(logged.text()).to.contain('550 no mailbox <[address]> here')
  })

  it('shows the code and description of an OAuth error, and hides those of a 5xx', async () => {
    const oauth = { status: 400, expose: true, error: 'invalid_grant', error_description: 'grant is used' }
    const shown = await fetch(await failingWith(Object.assign(new Error('invalid_grant'), oauth)))
    expect(shown.status).to.equal(400)
    expect(await shown.json()).to.include({ error: 'invalid_grant', error_description: 'grant is used' })
    await app?.close()
    const hidden = await fetch(
      await failingWith(Object.assign(new Error('inner'), { status: 500, expose: false })),
    )
    expect(await hidden.text())
      .to.contain('server_error')
      .and.not.contain('inner')
  })

  it('answers 404 where nothing is, and 405 with Allow where the method is not taken', async () => {
    const router = new Router()
    router.get('/here', (ctx) => void (ctx.body = 'yes'))
    const url = await start([router.routes() as Middleware, router.allowedMethods() as Middleware])
    const missing = await fetch(`${url}/nowhere`, { headers: BROWSER })
    expect(missing.status).to.equal(404)
    expect(await missing.text()).to.contain('There is nothing at this address.')
    const wrong = await fetch(`${url}/here`, { method: 'DELETE' })
    expect(wrong.status).to.equal(405)
    expect(wrong.headers.get('allow')).to.equal('HEAD, GET')
    expect(await wrong.json()).to.include({ error: 'method_not_allowed' })
    expect((await fetch(`${url}/here`)).status).to.equal(200)
  })

  it('falls back to plain text when the error page is broken', async () => {
    logged = memoryLog()
    const broken = () => Promise.reject(new Error('no template at /views/error.ejs'))
    const url = await start([() => Promise.reject(new AppError('gone', 410, 'It is gone.'))], broken)
    const response = await fetch(url, { headers: BROWSER })
    const text = await response.text()
    expect(response.status).to.equal(410)
    expect(response.headers.get('content-type')).to.match(/^text\/plain/)
    expect(text).to.contain('It is gone.').and.not.contain('template')
    expect(logged.lines().map(({ msg }) => msg)).to.deep.equal(['http.refused', 'http.error_page_failed'])
  })

  it('drops the headers of the answer that failed', async () => {
    const url = await start([
      (ctx) => {
        ctx.set({ ETag: '"1"', 'Content-Disposition': 'attachment', Location: '/elsewhere' })
        throw new AppError('gone', 410, 'It is gone.')
      },
    ])
    const { headers } = await fetch(url)
    for (const name of ['etag', 'content-disposition', 'location'])
      expect(headers.get(name), name).to.equal(null)
  })

  it('cuts the connection when half an answer is already out', async () => {
    const url = await start([
      (ctx) => {
        ctx.respond = false
        ctx.res.writeHead(200, { 'Content-Length': '100' })
        ctx.res.write('half')
        throw new Error('too late')
      },
    ])
    const outcome = await fetch(url)
      .then((response) => response.text())
      .catch(() => 'cut')
    expect(outcome).to.equal('cut')
  })
})
