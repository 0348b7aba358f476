import { once } from 'node:events'
import { Agent, request } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Server } from 'node:http'
import { connect, TLSSocket } from 'node:tls'
import { expect } from 'chai'
import { createMtlsServer, drain } from '../../src/http/server.ts'
import { makeCertificate } from '../provider/binding/certificates.ts'

const identity = makeCertificate({ names: { dns: ['localhost'] } })

describe('the TLS listener', () => {
  let server: Server
  let release: (() => void) | undefined
  const port = () => (server.address() as AddressInfo).port

  beforeEach(async () => {
    server = createMtlsServer((incoming, answer) => {
      const { socket } = incoming
      const presented = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined
      const finish = () => answer.end(presented?.subject ?? 'nobody')
      if (incoming.url === '/slow') release = finish
      else finish()
    }, identity)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  afterEach(() => server.closeAllConnections())

  const get = (path: string, presented?: { cert: string; key: string }, agent: Agent | false = false) =>
    new Promise<{ text: string; connection: string | undefined }>((resolve, reject) => {
      const { cert, key } = presented ?? {}
      const to = { host: '127.0.0.1', port: port(), path, cert, key, agent, rejectUnauthorized: false }
      const outgoing = request(to, (incoming) => {
        let text = ''
        incoming.on('data', (chunk: Buffer) => (text += chunk.toString()))
        incoming.on('end', () => resolve({ text, connection: incoming.headers.connection }))
      })
      outgoing.on('error', reject)
      outgoing.end()
    })

  it('asks for a certificate, takes any, and serves clients without one', async () => {
    const somebody = makeCertificate({ subject: [[['CN', 'Somebody']]] })
    expect((await get('/', somebody)).text).to.equal('CN=Somebody')
    expect((await get('/')).text).to.equal('nobody')
  })

  it('speaks TLS 1.2 with forward secrecy and authenticated encryption alone, and nothing older', async () => {
    const tries = [
      { maxVersion: 'TLSv1.1', minVersion: 'TLSv1' },
      { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA256' },
      { maxVersion: 'TLSv1.2', ciphers: 'AES128-GCM-SHA256' },
    ] as const
    for (const options of tries) {
      const socket = connect({ port: port(), host: '127.0.0.1', rejectUnauthorized: false, ...options })
      const [error] = (await once(socket, 'error')) as [Error & { code?: string }]
      expect(String(error.code), JSON.stringify(options)).to.match(/SSL|ECONNRESET/)
    }
  })

  it('lets requests finish when it is drained, and closes idle connections', async () => {
    const agent = new Agent({ keepAlive: true })
    expect((await get('/', undefined, agent)).text).to.equal('nobody')
    const slow = get('/slow', undefined, agent)
    while (!release) await new Promise(setImmediate)
    const drained = drain(server, { idleGraceMs: 20, deadlineMs: 5000 })
    release()
    expect(await slow).to.eql({ text: 'nobody', connection: 'close' })
    expect(await drained).to.equal(true)
  })
})
