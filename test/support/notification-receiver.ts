/** A client's notification endpoint (CIBA, ping mode): https with a certificate of its own, as clients must have. */
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { dataFolder } from './service-process.ts'

export type Notification = { authorization: string; contentType: string; body: unknown }

export type NotificationReceiver = Awaited<ReturnType<typeof startNotificationReceiver>>

/** A certificate for localhost; `file` is for `NODE_EXTRA_CA_CERTS` of whoever is to trust it. */
export function makeCertificate(): { file: string; cert: string; key: string } {
  const folder = dataFolder('certificate')
  const [file, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-days', '2']
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile]
  execFileSync('openssl', ['req', '-x509', ...key, '-out', file, ...subject], { stdio: 'ignore' })
  return { file, cert: readFileSync(file, 'utf8'), key: readFileSync(keyFile, 'utf8') }
}

/** Answers with the statuses given, in their order, and with 204 when there are none left. */
export async function startNotificationReceiver(certificate: { cert: string; key: string }) {
  const received: Notification[] = []
  const statuses: number[] = []
  const server = createServer(certificate, (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { authorization = '', 'content-type': contentType = '' } = request.headers
      received.push({ authorization, contentType, body: JSON.parse(Buffer.concat(chunks).toString()) })
      const status = statuses.shift() ?? 204
      response.writeHead(status, status === 302 ? { location: `${url()}/elsewhere` } : {}).end()
    })
  })
  const url = () => `https://localhost:${(server.address() as AddressInfo).port}/notify`
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: url(),
    received,
    statuses,
    async stop() {
      server.close()
      server.closeAllConnections()
    },
  }
}
