import { once } from 'node:events'
import { Agent, get } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { expect } from 'chai'
import type { Middleware } from 'koa'
import { drain } from '../../src/http/server.ts'
import { listen, rawRequest } from './loopback.ts'
import type { Loopback } from './loopback.ts'

const hello: Middleware = (ctx) => void (ctx.body = 'hello')

describe('http/server', () => {
  let app: Loopback | undefined
  const sockets: Socket[] = []
  const open = (port: number) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => {})
    sockets.push(socket)
    return socket
  }
  const dribble = async (port: number, count: number) => {
    const dribbling = Array.from({ length: count }, () => open(port))
    await Promise.all(dribbling.map((socket) => once(socket, 'connect')))
    for (const socket of dribbling) socket.write('GET / HTTP/1.1\r\nX-Slow: ')
    return dribbling
  }
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy()
    await app?.close()
  })

  it('answers a request that is no HTTP with 400, and headers that are too large with 431', async () => {
    app = await listen([hello])
    for (const line of [
      'HELLO\r\n\r\n',
      'GET / HTTP/9.9\r\n\r\n',
      'GET / HTTP/1.1\r\nbad header\r\n\r\n',
      '\x16\x03\x01\x02',
    ]) {
      const answer = await rawRequest(app.port, `${line}\r\n`)
      expect(answer, JSON.stringify(line)).to.match(/^HTTP\/1\.1 400 Bad Request\r\n/)
      expect(answer, JSON.stringify(line)).to.match(/\r\n\r\nBad Request\n$/)
    }
    const large = `GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`
    expect(await rawRequest(app.port, large)).to.match(/^HTTP\/1\.1 431 /)
    expect((await fetch(app.url)).status).to.equal(200)
  })

  it('refuses smuggled lengths', async () => {
    app = await listen([hello])
    const both =
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'
    expect(await rawRequest(app.port, both)).to.match(/^HTTP\/1\.1 400 /)
    const twice = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcd'
    expect(await rawRequest(app.port, twice)).to.match(/^HTTP\/1\.1 400 /)
  })

  it('serves others while 500 connections send very slowly [S-5.20]', async () => {
    app = await listen([hello], { headersTimeoutMs: 110_000, requestTimeoutMs: 110_000 })
    const dribbling = await dribble(app.port, 500)
    for (let n = 0; n < 20; n += 1) expect((await fetch(app.url)).status, `request ${n}`).to.equal(200)
    expect(dribbling.some((socket) => socket.closed)).to.equal(false)
    for (const socket of dribbling) socket.destroy()
  })

  it('closes connections that send very slowly', async () => {
    app = await listen([hello], { headersTimeoutMs: 300, requestTimeoutMs: 300 })
    const dribbling = await dribble(app.port, 50)
    await Promise.all(dribbling.map((socket) => new Promise((done) => socket.resume().once('close', done))))
  })

  it('closes connections above the limit and serves again when there is room', async () => {
    app = await listen([hello], { maxConnections: 3 })
    const { port, url } = app
    const held = Array.from({ length: 3 }, () => open(port))
    await Promise.all(held.map((socket) => once(socket, 'connect')))
    expect(await rawRequest(port, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n')).to.equal('')
    for (const socket of held) socket.destroy()
    let status = 0
    while (status !== 200) {
      status = await fetch(url).then(
        (response) => response.status,
        () => 0,
      )
    }
  })

  describe('draining', () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const request = (url: string) =>
      new Promise<{ text: string; connection: string | undefined }>((resolve, reject) => {
        get(url, { agent }, (response: IncomingMessage) => {
          const chunks: Buffer[] = []
          response.on('data', (chunk: Buffer) => chunks.push(chunk))
          response.on('end', () => {
            resolve({ text: Buffer.concat(chunks).toString(), connection: response.headers.connection })
          })
        }).on('error', reject)
      })

    it('finishes what runs with "Connection: close", and accepts nothing new', async () => {
      const release = Promise.withResolvers<void>()
      const arrived = Promise.withResolvers<void>()
      app = await listen([
        async (ctx) => {
          arrived.resolve()
          await release.promise
          ctx.body = 'slow but whole'
        },
      ])
      const running = request(app.url)
      await arrived.promise
      const drained = drain(app.server, { idleGraceMs: 10 })
      const refused = await fetch(app.url).then(
        () => false,
        () => true,
      )
      expect(refused).to.equal(true)
      release.resolve()
      expect(await running).to.deep.equal({ text: 'slow but whole', connection: 'close' })
      expect(await drained).to.equal(true)
    })

    it('still answers a request that comes on a kept-alive connection', async () => {
      app = await listen([hello])
      expect((await request(app.url)).connection).to.equal('keep-alive')
      const drained = drain(app.server, { idleGraceMs: 500 })
      expect(await request(app.url)).to.deep.equal({ text: 'hello', connection: 'close' })
      expect(await drained).to.equal(true)
    })

    it('does not wait for idle connections longer than their grace', async () => {
      app = await listen([hello])
      await request(app.url)
      const idle = open(app.port)
      await once(idle, 'connect')
      const startedAtMs = performance.now()
      expect(await drain(app.server, { idleGraceMs: 100 })).to.equal(true)
      expect(performance.now() - startedAtMs).to.be.within(90, 20_000)
    })

    it('cuts off at the deadline what does not end, and says so', async () => {
      const arrived = Promise.withResolvers<void>()
      app = await listen([
        () => {
          arrived.resolve()
          return new Promise(() => {})
        },
      ])
      const outcome = request(app.url).catch(() => 'cut')
      await arrived.promise
      expect(await drain(app.server, { deadlineMs: 100, idleGraceMs: 10 })).to.equal(false)
      expect(await outcome).to.equal('cut')
    })
  })
})
