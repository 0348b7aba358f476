import { expect } from 'chai'
import type { Middleware } from 'koa'
import { AppError } from '../../src/platform/errors.ts'
import { errorHandler } from '../../src/http/error-handler.ts'
import { PAGE_POLICY, replaceContentPolicy, securityHeaders } from '../../src/http/security-headers.ts'
import { listen, memoryLog } from './loopback.ts'
import type { Loopback } from './loopback.ts'

describe('http/security-headers', () => {
  let app: Loopback | undefined
  const get = async (route: Middleware, https = true, path = '/') => {
    const errors = errorHandler({ log: memoryLog().log, renderErrorPage: () => {} })
    app = await listen([errors, securityHeaders(https, (p) => p.startsWith('/oauth/')), route])
    return fetch(app.url + path)
  }
  afterEach(async () => {
    await app?.close()
  })

  it('are on every answer', async () => {
    const { headers } = await get((ctx) => void (ctx.body = 'page'))
    expect(Object.fromEntries(headers)).to.include({
      'content-security-policy': PAGE_POLICY,
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'cross-origin-opener-policy': 'same-origin',
      'cache-control': 'no-store',
      'strict-transport-security': 'max-age=31536000',
    })
    expect(headers.get('permissions-policy')).to.contain('camera=()')
  })

  it('allow no inline code, no framing, no remote picture, and do not restrict where a form leads', () => {
    expect(PAGE_POLICY)
      .to.contain("default-src 'none'")
      .and.contain("img-src 'self';")
      .and.contain("frame-ancestors 'none'")
      .and.contain("base-uri 'none'")
    expect(PAGE_POLICY).to.not.match(/unsafe|form-action/)
  })

  it('promise https only where the issuer is https', async () => {
    const { headers } = await get((ctx) => void (ctx.body = 'page'), false)
    expect(headers.get('strict-transport-security')).to.equal(null)
  })

  it('keep the opener where an app waits for its popup', async () => {
    const { headers } = await get((ctx) => void (ctx.body = 'page'), true, '/oauth/authorize')
    expect(headers.get('cross-origin-opener-policy')).to.equal('unsafe-none')
  })

  it('can be replaced by a route', async () => {
    const { headers } = await get((ctx) => {
      replaceContentPolicy(ctx, 'sandbox')
      ctx.set('Cache-Control', 'public, max-age=60')
      ctx.body = 'page'
    })
    expect(headers.get('content-security-policy')).to.equal('sandbox')
    expect(headers.get('cache-control')).to.equal('public, max-age=60')
  })

  it('are on an answer that a library writes by itself', async () => {
    const { headers } = await get((ctx) => {
      ctx.respond = false
      ctx.res.end('raw')
    })
    expect(headers.get('content-security-policy')).to.equal(PAGE_POLICY)
  })

  it('are on an error page, also when the route had replaced them', async () => {
    const response = await get((ctx) => {
      replaceContentPolicy(ctx, 'sandbox allow-scripts')
      throw new AppError('gone', 410, 'It is gone.')
    })
    expect(response.status).to.equal(410)
    expect(response.headers.get('content-security-policy')).to.equal(PAGE_POLICY)
    expect(response.headers.get('x-frame-options')).to.equal('DENY')
  })
})
