/** A reverse proxy that ends TLS with a certificate of its own making, as nginx or Caddy do in front of the server. */
import { once } from 'node:events'
import { request } from 'node:http'
import { createServer } from 'node:https'
import { makeCertificate } from '../provider/binding/certificates.ts'

export type TlsProxy = { stop: () => Promise<void> }

/** Listens on `port` and passes each request on to `target`, a port on 127.0.0.1, with the `Host` that it came with. */
export async function startTlsProxy(port: number, target: number): Promise<TlsProxy> {
  const { cert, key } = makeCertificate({ names: { dns: ['localhost'] } })
  const server = createServer({ cert, key }, (incoming, outgoing) => {
    const { method, url: path, headers } = incoming
    const onward = request({ host: '127.0.0.1', port: target, method, path, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    onward.on('error', () => outgoing.destroy())
    incoming.pipe(onward)
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    async stop() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
