/** A reverse proxy that ends TLS with a certificate of its own making, as nginx or Caddy do in front of the server. */
import { once } from 'node:events'
import { request } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { makeCertificate } from '../provider/binding/certificates.ts'

export type TlsProxy = {
  port: number
  /** Options of Chromium with which the names lead here on the usual port, and the certificate is good. */
  browserOptions: string[]
  stop: () => Promise<void>
}

/** The port on 127.0.0.1 behind a host and path. Nothing is there: 404. */
export type Behind = (host: string, path: string) => number | undefined

/** Listens on `port` and passes each request on, with the `Host` that it came with. Port 0 is any that is free. */
export async function startTlsProxy(
  port: number,
  behind: Behind,
  names: string[] = ['localhost'],
): Promise<TlsProxy> {
  const { cert, key } = makeCertificate({ names: { dns: names } })
  const server = createServer({ cert, key }, (incoming, outgoing) => {
    const { method, url: path = '/', headers } = incoming
    const target = behind(headers.host ?? '', path)
    if (target === undefined) return void outgoing.writeHead(404).end()
    const onward = request({ host: '127.0.0.1', port: target, method, path, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    onward.on('error', () => outgoing.destroy())
    incoming.pipe(onward)
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const { port: taken } = server.address() as AddressInfo
  const rules = names.map((name) => `MAP ${name}:443 127.0.0.1:${taken}`)
  return {
    port: taken,
    browserOptions: [`--host-resolver-rules=${rules.join(', ')}`, '--ignore-certificate-errors'],
    async stop() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
