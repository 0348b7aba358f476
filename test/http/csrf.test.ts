import { expect } from 'chai'
import { formBody } from '../../src/http/request/body.ts'
import { csrf } from '../../src/http/csrf.ts'
import { errorHandler } from '../../src/http/error-handler.ts'
import { requestState } from '../../src/http/request/request-state.ts'
import { deriveKey } from '../../src/platform/tokens.ts'
import { listen, memoryLog } from './loopback.ts'
import type { Loopback } from './loopback.ts'

const ORIGIN = 'https://accounts.example.org'

describe('http/csrf', () => {
  let app: Loopback
  const start = (secure: boolean) =>
    listen([
      errorHandler({ log: memoryLog().log, renderErrorPage: () => {} }),
      formBody(),
      csrf({ key: deriveKey('secret', 'csrf'), issuerOrigin: ORIGIN, secure }),
      (ctx) => void (ctx.body = requestState(ctx).csrfToken),
    ])
  /** One browser: its cookie and the token on its page. */
  const visit = async () => {
    const response = await fetch(app.url)
    const [setCookie = ''] = response.headers.getSetCookie()
    return { cookie: setCookie.split(';')[0] ?? '', token: await response.text(), setCookie }
  }
  const submit = (cookie: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
    fetch(app.url, {
      method: 'POST',
      body: new URLSearchParams(fields),
      headers: { Cookie: cookie, ...headers },
    })

  before(async () => {
    app = await start(true)
  })
  after(() => app.close())

  it('takes a form of its own page', async () => {
    const { cookie, token } = await visit()
    const headers = { Origin: ORIGIN, 'Sec-Fetch-Site': 'same-origin' }
    expect((await submit(cookie, { _csrf: token }, headers)).status).to.equal(200)
    expect((await submit(cookie, {}, { ...headers, 'X-CSRF-Token': token })).status).to.equal(200)
    expect((await submit(cookie, { _csrf: token })).status, 'a client that sends neither header').to.equal(
      200,
    )
  })

  it('keeps the browser’s token over several pages', async () => {
    const { cookie, token } = await visit()
    const again = await fetch(app.url, { headers: { Cookie: cookie } })
    expect(await again.text()).to.equal(token)
    expect(again.headers.getSetCookie()).to.deep.equal([])
  })

  it('replaces a cookie that it cannot have made', async () => {
    const response = await fetch(app.url, { headers: { Cookie: '__Host-as_csrf=short' } })
    expect(response.headers.getSetCookie()).to.have.length(1)
  })

  it('keeps the cookie from scripts, other hosts and plain connections', async () => {
    const { setCookie } = await visit()
    expect(setCookie).to.match(/^__Host-as_csrf=[\w-]{43}; path=\/; samesite=lax; secure; httponly$/i)
  })

  it('uses a plain cookie where the issuer is http', async () => {
    const plain = await start(false)
    const [cookie = ''] = (await fetch(plain.url)).headers.getSetCookie()
    expect(cookie).to.match(/^as_csrf=[\w-]{43}; path=\/; samesite=lax; httponly$/i)
    await plain.close()
  })

  const refusals: [string, (mine: { cookie: string; token: string }) => Promise<Response>][] = [
    ['without a token', ({ cookie }) => submit(cookie, {})],
    ['with an empty token', ({ cookie }) => submit(cookie, { _csrf: '' })],
    [
      'with the cookie’s own value as token',
      ({ cookie }) => submit(cookie, { _csrf: cookie.split('=')[1] ?? '' }),
    ],
    ['without the cookie', ({ token }) => submit('', { _csrf: token })],
    ['with another browser’s token', async ({ cookie }) => submit(cookie, { _csrf: (await visit()).token })],
    ['with a made-up cookie', ({ token }) => submit('__Host-as_csrf=short', { _csrf: token })],
    [
      'from another origin',
      ({ cookie, token }) => submit(cookie, { _csrf: token }, { Origin: 'https://evil.example' }),
    ],
    ['from a sandboxed page', ({ cookie, token }) => submit(cookie, { _csrf: token }, { Origin: 'null' })],
    [
      'from an origin that only begins like ours',
      ({ cookie, token }) => submit(cookie, { _csrf: token }, { Origin: `${ORIGIN}.evil.example` }),
    ],
    [
      'that the browser calls cross-site',
      ({ cookie, token }) => submit(cookie, { _csrf: token }, { 'Sec-Fetch-Site': 'cross-site' }),
    ],
    [
      'from a sibling host',
      ({ cookie, token }) => submit(cookie, { _csrf: token }, { 'Sec-Fetch-Site': 'same-site' }),
    ],
  ]
  for (const [name, attempt] of refusals) {
    it(`refuses a form ${name}, and says how to go on`, async () => {
      const response = await attempt(await visit())
      expect(response.status).to.equal(403)
      const body = (await response.json()) as Record<string, string>
      expect(body).to.include({ error: 'csrf_failed' })
      expect(body['error_description']).to.contain('reload the page and try again')
    })
  }

  it('guards every method that changes something', async () => {
    for (const method of ['PUT', 'PATCH', 'DELETE']) {
      expect((await fetch(app.url, { method })).status, method).to.equal(403)
    }
    expect((await fetch(app.url, { method: 'HEAD' })).status).to.equal(200)
  })

  it('lets our own forms send their origin, which no-referrer would hide', async () => {
    expect((await fetch(app.url)).headers.get('referrer-policy')).to.equal('same-origin')
  })
})
