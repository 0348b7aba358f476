/** HTTPS with a client certificate, as `fetch` has no way to send one. */
import { request } from 'node:https'
import type { Certificate } from './certificates.ts'

type Init = { method?: string; headers?: Record<string, string>; body?: unknown }

/** A `fetch` that presents the certificate; it believes whatever certificate the server has. */
export function fetchWith(certificate: Certificate | undefined) {
  return (address: string, { method = 'GET', headers = {}, body }: Init = {}): Promise<Response> =>
    new Promise((resolve, reject) => {
      const { cert, key } = certificate ?? {}
      const outgoing = request(
        address,
        { method, headers, cert, key, rejectUnauthorized: false, agent: false },
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
