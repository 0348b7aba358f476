/** One HTTP request, byte for byte as given: any Host, header and path. Redirects are not followed. */
import { request } from 'node:http'
import type { Agent } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'

export type Sent = {
  method?: string
  /** Path and query; of an address of the issuer only these are used. */
  to: string
  headers?: Record<string, string | string[]>
  body?: string | Buffer
  /** Sent as `application/x-www-form-urlencoded`; a list repeats the field. */
  form?: Record<string, string | string[] | undefined>
  /** Closes the connection. */
  signal?: AbortSignal
  /** Called when the system has the whole request, even if nobody reads it. */
  onSent?: () => void
  /** Keeps connections open between requests; without it each request has its own. */
  agent?: Agent
}

export type Answer = {
  status: number
  headers: IncomingHttpHeaders
  /** Every `Set-Cookie` line. */
  cookies: string[]
  text: string
  json: () => Record<string, unknown>
}

/** Opens a connection of its own each time, so that several processes behind one port take turns. */
export function send(address: string, sent: Sent): Promise<Answer> {
  const { hostname, port } = new URL(address)
  const body = sent.form ? encode(sent.form) : sent.body
  const method = sent.method ?? (body === undefined ? 'GET' : 'POST')
  const headers = {
    ...(sent.form && { 'content-type': 'application/x-www-form-urlencoded' }),
    ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }),
    ...sent.headers,
  }
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: hostname,
        port,
        method,
        path: pathOf(sent.to),
        headers,
        agent: sent.agent ?? false,
        signal: sent.signal,
      },
      (incoming) => {
        const chunks: Buffer[] = []
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
        incoming.on('error', reject)
        incoming.on('end', () => {
          const text = Buffer.concat(chunks).toString()
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            cookies: incoming.headers['set-cookie'] ?? [],
            text,
            json: () => JSON.parse(text) as Record<string, unknown>,
          })
        })
      },
    )
    outgoing.on('error', reject)
    if (sent.onSent) outgoing.once('finish', sent.onSent)
    outgoing.end(body)
  })
}

export function encode(form: Record<string, string | string[] | undefined>): string {
  const fields = new URLSearchParams()
  for (const [name, value] of Object.entries(form))
    for (const single of [value].flat()) if (single !== undefined) fields.append(name, single)
  return fields.toString()
}

/** `Authorization: Basic` of a client (RFC 6749 §2.3.1: both halves are form-encoded first). */
export function basic(clientId: string, secret: string): Record<string, string> {
  const pair = `${encodeURIComponent(clientId)}:${encodeURIComponent(secret)}`
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }
}

function pathOf(to: string): string {
  if (!/^https?:\/\//.test(to)) return to
  const { pathname, search } = new URL(to)
  return pathname + search
}
