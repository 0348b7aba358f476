import { Router } from '@koa/router'
import { expect } from 'chai'
import type { Middleware } from 'koa'
import { AppError, Overload, unavailable } from '../../src/platform/errors.ts'
import { accessLog } from '../../src/http/access-log.ts'
import { clientAddress } from '../../src/http/request/client-ip.ts'
import { errorHandler } from '../../src/http/error-handler.ts'
import { createOverloadAnswers } from '../../src/http/overload.ts'
import type { AnyContext } from '../../src/http/request/request-state.ts'
import { requestId } from '../../src/http/request/request-id.ts'
import { listen, memoryLog } from './loopback.ts'
import type { Loopback } from './loopback.ts'

describe('http/access-log', () => {
  let app: Loopback
  const logged = memoryLog()
  const failed: string[] = []
  const requests = () => logged.lines().filter(({ msg }) => msg === 'http.request')
  const lineOf = async (path: string, init?: RequestInit) => {
    const count = requests().length
    const response = await fetch(app.url + path, init)
    await response.text()
    while (requests().length === count) await new Promise((resolve) => setImmediate(resolve))
    return { response, line: requests().at(-1) ?? {} }
  }

  before(async () => {
    const router = new Router()
    router.get('/reset/:token', (ctx) => void (ctx.body = 'page'))
    router.get('/gone', () => {
      throw new AppError('gone', 410, 'It is gone.')
    })
    router.get('/broken', () => {
      throw new Error('broken')
    })
    router.get('/away', () => {
      throw unavailable(new Error('away'))
    })
    router.get('/led', () => {
      throw unavailable(new Error('away'))
    })
    router.get('/limited', () => {
      throw new AppError('pictures_busy', 503, 'Too many pictures wait.')
    })
    router.get('/flooded', () => {
      throw new Overload('hashing_busy', 1)
    })
    router.get('/last', (ctx) => void (ctx.body = 'page'))
    for (const path of ['/own', '/health/ready']) router.get(path, (ctx) => void (ctx.status = 503))
    const { log } = logged
    const leadElsewhere = (ctx: AnyContext) => {
      if (ctx.path === '/led') ctx.redirect('/reset/abc')
      return ctx.path === '/led'
    }
    const answerOverload = createOverloadAnswers({ log, renderErrorPage: () => {}, pauseMs: 0 })
    app = await listen([
      accessLog({ log, onFailed: (code) => void failed.push(code) }),
      clientAddress(['loopback']),
      requestId(),
      errorHandler({ log, renderErrorPage: () => {}, leadElsewhere, answerOverload }),
      router.routes() as Middleware,
    ])
  })
  after(() => app.close())

  it('writes one line with method, route, status, duration and ids', async () => {
    const { line, response } = await lineOf('/reset/abc')
    expect(line).to.include({ method: 'GET', route: '/reset/:token', status: 200, clientIp: '127.0.0.1' })
    expect(line['durationMs']).to.be.a('number')
    expect(line['requestId']).to.equal(response.headers.get('x-request-id'))
    expect(requests()).to.have.length(1)
  })

  it('counts each failure of the server once, also where a redirect answers it, and no refusal by a limit', async () => {
    for (const path of ['/broken', '/away', '/led', '/own', '/limited', '/flooded', '/health/ready', '/last'])
      await fetch(app.url + path, { redirect: 'manual' }).then((answer) => answer.text())
    while (!logged.lines().some(({ route }) => route === '/last'))
      await new Promise((resolve) => setImmediate(resolve))
    expect(failed).to.eql(['server_error', 'temporarily_unavailable', 'temporarily_unavailable', 'other'])
  })

  it('joins a failure to its error line', async () => {
    const { line } = await lineOf('/gone')
    const refusal = logged.lines().find(({ msg }) => msg === 'http.refused')
    expect(line).to.include({ status: 410, errorId: refusal?.['errorId'] })
    expect(refusal).to.include({ requestId: line['requestId'] })
  })

  it('writes no query, token, address or control character of any path', async () => {
    const token = 'Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MA'
    await lineOf(`/nothing/${token}?code=canary-code&email=canary@example.org`)
    await lineOf('/people/canary@example.org/x')
    await lineOf('/people/canary%40example.org;canary')
    await lineOf('/a%0d%0a{"level":"fake"}')
    expect(logged.text()).to.not.match(/canary|Zm9v/)
    expect(requests().map(({ route }) => route)).to.include.members(['/nothing/:token', '/people/:address/x'])
    expect(logged.lines().filter(({ level }) => level === 'fake')).to.deep.equal([])
  })

  it('keeps a trusted proxy’s request id when it is harmless, else makes its own', async () => {
    const kept = await lineOf('/reset/abc', {
      headers: { 'X-Request-Id': '0af7651916cd43dd8448eb211c80319c' },
    })
    expect(kept.line['requestId']).to.equal('0af7651916cd43dd8448eb211c80319c')
    const made = await lineOf('/reset/abc', { headers: { 'X-Request-Id': 'a b<script>' } })
    expect(made.line['requestId']).to.match(/^[\da-f-]{36}$/)
  })
})
