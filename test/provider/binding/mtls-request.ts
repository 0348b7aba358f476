/** HTTPS with a client certificate, as `fetch` has no way to send one. */
import { once } from 'node:events'
import { request } from 'node:https'
import { connect, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Certificate } from './certificates.ts'

type Init = { method?: string; headers?: Record<string, string>; body?: unknown }

/** Where a connection leads in place of the host of the address, and from where it comes. */
export type Way = { port?: number; localAddress?: string }

/** A `fetch` that presents the certificate, and accepts any certificate of the server. */
export function fetchWith(certificate: Certificate | undefined, { port, localAddress }: Way = {}) {
  return (address: string, { method = 'GET', headers = {}, body }: Init = {}): Promise<Response> =>
    new Promise((resolve, reject) => {
      const { cert, key } = certificate ?? {}
      const { host, hostname: servername } = new URL(address)
      const elsewhere = port && { hostname: '127.0.0.1', port, servername, headers: { host, ...headers } }
      const outgoing = request(
        address,
        { method, headers, cert, key, localAddress, rejectUnauthorized: false, agent: false, ...elsewhere },
        (incoming) => {
          const chunks: Buffer[] = []
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
          incoming.on('error', reject)
          incoming.on('end', () => {
            const answered = new Headers()
            for (const [name, value] of Object.entries(incoming.headers))
              for (const one of [value].flat()) if (one !== undefined) answered.append(name, one)
            const status = incoming.statusCode ?? 0
            resolve(new Response(Buffer.concat(chunks), { status, headers: answered }))
          })
        },
      )
      outgoing.on('error', reject)
      outgoing.end(body instanceof URLSearchParams ? body.toString() : body)
    })
}

/** What a TLS server on this port says in a handshake with such a client: in TLS 1.2 anybody on the way can read it. */
export async function heardInHandshake(port: number, { cert, key }: Certificate): Promise<Buffer> {
  const heard: Buffer[] = []
  const relay = createServer((near) => {
    const far = connect(port, 'localhost')
    far.on('data', (chunk: Buffer) => heard.push(chunk))
    near.pipe(far).pipe(near)
  }).listen(0, '127.0.0.1')
  await once(relay, 'listening')
  const to = { host: '127.0.0.1', port: (relay.address() as AddressInfo).port }
  const socket = connectTls({ ...to, cert, key, rejectUnauthorized: false, maxVersion: 'TLSv1.2' })
  await once(socket, 'secureConnect')
  socket.destroy()
  relay.close()
  return Buffer.concat(heard)
}
