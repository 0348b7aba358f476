/** A client's notification endpoint (CIBA, ping mode): https with a certificate of its own, as clients must have. */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { makeCertificate } from '../provider/binding/certificates.ts'
import { dataFolder } from './service-process.ts'

export type Notification = { authorization: string; contentType: string; body: unknown }

export type NotificationReceiver = Awaited<ReturnType<typeof startNotificationReceiver>>

/** Answers with the statuses given, in their order, and with 204 when there are none left. */
export async function startNotificationReceiver() {
  // OpenSSL finds an authority by its name, so each has a name of its own.
  const { cert, key } = makeCertificate({
    subject: [[['CN', `Notifications ${randomUUID()}`]]],
    names: { dns: ['localhost'] },
    authority: true,
  })
  const certificateFile = join(dataFolder('certificate'), 'cert.pem')
  writeFileSync(certificateFile, cert)
  const received: Notification[] = []
  const statuses: number[] = []
  const server = createServer({ cert, key }, (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { authorization = '', 'content-type': contentType = '' } = request.headers
      received.push({ authorization, contentType, body: JSON.parse(Buffer.concat(chunks).toString()) })
      const status = statuses.shift() ?? 204
      response
        .writeHead(status, status === 301 || status === 302 ? { location: `${url()}/elsewhere` } : {})
        .end()
    })
  })
  const url = () => `https://localhost:${(server.address() as AddressInfo).port}/notify`
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: url(),
    /** For `NODE_EXTRA_CA_CERTS` of the server that is to trust it. */
    certificateFile,
    received,
    statuses,
    async stop() {
      server.close()
      server.closeAllConnections()
    },
  }
}
