import { expect } from 'chai'
import type { Middleware } from 'koa'
import { formBody } from '../../../src/http/request/body.ts'
import { errorHandler } from '../../../src/http/error-handler.ts'
import { formOf } from '../../../src/http/request/request-state.ts'
import { listen, memoryLog, rawRequest } from '../loopback.ts'
import type { Loopback } from '../loopback.ts'

const FORM = 'application/x-www-form-urlencoded'

describe('http/body', () => {
  let app: Loopback | undefined
  const start = async (parser: Middleware) => {
    const echo: Middleware = (ctx) => {
      const body = formOf(ctx)
      ctx.body = { body, bare: Object.getPrototypeOf(body) === null }
    }
    app = await listen([errorHandler({ log: memoryLog().log, renderErrorPage: () => {} }), parser, echo])
    return app
  }
  const post = (url: string, body: string | Buffer<ArrayBuffer>, type = FORM) =>
    fetch(url, { method: 'POST', body, headers: { 'Content-Type': type } })
  const description = async (response: Response) =>
    ((await response.json()) as Record<string, string>)['error_description']

  afterEach(async () => {
    await app?.close()
  })

  it('reads a form into strings, without a prototype', async () => {
    const { url } = await start(formBody())
    const response = await post(url, 'a=1&name=J%C3%B6rg+B%2B&empty=&flag&eq=x=y', `${FORM}; charset=UTF-8`)
    expect(await response.json()).to.deep.equal({
      body: { a: '1', name: 'Jörg B+', empty: '', flag: '', eq: 'x=y' },
      bare: true,
    })
  })

  it('takes __proto__ and constructor as plain fields', async () => {
    const { url } = await start(formBody())
    const text = await (await post(url, '__proto__=1&constructor=2')).text()
    expect(text).to.contain('"__proto__":"1"').and.contain('"constructor":"2"')
    expect(({} as Record<string, unknown>)['1']).to.equal(undefined)
  })

  it('refuses a field that was sent twice, and names it', async () => {
    const { url } = await start(formBody())
    const response = await post(url, 'email=a&x=1&em%61il=b')
    expect(response.status).to.equal(400)
    expect(await description(response)).to.equal('The field "email" was sent twice.')
  })

  for (const [name, body] of [
    ['broken percent-encoding', 'a=%zz'],
    ['percent-encoded bytes that are not UTF-8', 'a=%ff%fe'],
    ['raw bytes that are not UTF-8', Buffer.from([0x61, 0x3d, 0xff, 0xfe])],
    ['a NUL character', 'a=%00'],
    ['a field of more than 4096 characters', `a=${'b'.repeat(4097)}`],
    ['a field whose name has no end', `${'b'.repeat(101)}=a`],
    ['too many fields', Array.from({ length: 201 }, (_, n) => `f${n}=1`).join('&')],
  ] as const) {
    it(`answers 400 to ${name}`, async () => {
      const { url } = await start(formBody())
      expect((await post(url, body as string)).status).to.equal(400)
    })
  }

  it('answers 415 to another content type, charset or a compressed body', async () => {
    const { url } = await start(formBody())
    for (const type of [
      'application/json',
      'text/plain',
      'multipart/form-data; boundary=x',
      `${FORM}; charset=latin1`,
    ]) {
      expect((await post(url, 'a=1', type)).status, type).to.equal(415)
    }
    const headers = { 'Content-Type': FORM, 'Content-Encoding': 'gzip' }
    expect((await fetch(url, { method: 'POST', body: 'a=1', headers })).status).to.equal(415)
  })

  it('answers 413 above the limit, declared or chunked, and takes exactly the limit', async () => {
    const { url, port } = await start(formBody({ limitBytes: 1000 }))
    expect((await post(url, `a=${'x'.repeat(998)}`)).status).to.equal(200)
    expect((await post(url, `a=${'x'.repeat(999)}`)).status).to.equal(413)
    expect((await post(url, `a=${'x'.repeat(500_000)}`)).status).to.equal(413)
    const head = `POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: ${FORM}\r\nTransfer-Encoding: chunked\r\n\r\n`
    const chunk = `800\r\n${'a'.repeat(0x800)}\r\n`
    expect(await rawRequest(port, `${head}${chunk}${chunk}0\r\n\r\n`)).to.match(/^HTTP\/1\.1 413 /)
  })

  it('stops reading a body without end', async () => {
    const { port } = await start(formBody({ limitBytes: 1000 }))
    const head = `POST / HTTP/1.1\r\nHost: x\r\nContent-Type: ${FORM}\r\nContent-Length: 100000000\r\n\r\n`
    const answer = await rawRequest(port, head + 'a'.repeat(2_000_000))
    expect(answer)
      .to.match(/^HTTP\/1\.1 413 /)
      .and.match(/connection: close/i)
  })

  it('gives up on a body that does not arrive', async () => {
    const { port } = await start(formBody({ timeoutMs: 50 }))
    const head = `POST / HTTP/1.1\r\nHost: x\r\nContent-Type: ${FORM}\r\nContent-Length: 10\r\n\r\n`
    const answer = await rawRequest(port, `${head}a=`)
    expect(answer)
      .to.match(/^HTTP\/1\.1 408 /)
      .and.match(/connection: close/i)
  })

  it('takes a POST without body as an empty form', async () => {
    const { url } = await start(formBody())
    expect(await (await fetch(url, { method: 'POST' })).json()).to.deep.equal({ body: {}, bare: true })
  })
})
