/** A site on https where clients publish documents, with a certificate of an authority of its own. */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { makeCertificate } from '../../provider/binding/certificates.ts'
import { dataFolder } from '../../support/service-process.ts'

export type DocumentHost = Awaited<ReturnType<typeof startDocumentHost>>

export async function startDocumentHost() {
  // OpenSSL finds an authority by its name, so each has a name of its own.
  const authority = makeCertificate({ subject: [[['CN', `Documents ${randomUUID()}`]]], authority: true })
  const { cert, key } = makeCertificate({
    issuer: authority,
    names: { dns: ['localhost'] },
    uses: ['server'],
  })
  const caFile = join(dataFolder('documents'), 'ca.pem')
  writeFileSync(caFile, authority.cert)
  const pages = new Map<string, { status: number; body: unknown; headers: Record<string, string> }>()
  const asked: string[] = []
  const server = createServer({ cert, key }, (request, response) => {
    const path = request.url ?? '/'
    asked.push(path)
    const page = pages.get(path) ?? { status: 404, body: {}, headers: {} }
    response.writeHead(page.status, { 'content-type': 'application/json', ...page.headers })
    response.end(JSON.stringify(page.body))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `https://localhost:${(server.address() as AddressInfo).port}`
  return {
    origin,
    /** What a server process needs to believe the certificate. */
    env: { NODE_EXTRA_CA_CERTS: caFile },
    /** Every path that was asked for. */
    asked,
    publish: (path: string, body: unknown, { status = 200, headers = {} } = {}): string => {
      pages.set(path, { status, body, headers })
      return origin + path
    },
    /** A client's document; its address is the client_id. */
    describe(
      path: string,
      metadata: Record<string, unknown> = {},
      headers: Record<string, string> = {},
    ): string {
      const client_id = origin + path
      const described = {
        client_id,
        client_name: 'Described',
        redirect_uris: ['http://127.0.0.1/callback'],
        token_endpoint_auth_method: 'none',
        ...metadata,
      }
      return this.publish(path, described, { headers })
    },
    async stop() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
