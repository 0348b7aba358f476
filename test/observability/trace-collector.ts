/** A collector of traces: takes OTLP as JSON over HTTP (OTLP §JSON Protobuf Encoding) and keeps the spans. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'

export type CollectedSpan = {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  kind: number
  attributes: { key: string; value: { stringValue?: string; intValue?: number } }[]
  status: { code?: number; message?: string }
  startTimeUnixNano: string
  endTimeUnixNano: string
}

type Body = {
  resourceSpans: { resource: { attributes: unknown[] }; scopeSpans: { spans: CollectedSpan[] }[] }[]
}

export async function startTraceCollector(status = 200) {
  const spans: CollectedSpan[] = []
  const bodies: Body[] = []
  const authorizations: (string | undefined)[] = []
  const server = createServer(async (request, response) => {
    const body = (await json(request)) as Body
    authorizations.push(request.headers.authorization)
    bodies.push(body)
    if (status === 200)
      for (const { scopeSpans } of body.resourceSpans) spans.push(...scopeSpans.flatMap((one) => one.spans))
    response.writeHead(status, { 'content-type': 'application/json' }).end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`,
    spans,
    bodies,
    authorizations,
    stop: () => new Promise((resolve) => (server.close(resolve), server.closeAllConnections())),
  }
}

export function attribute(span: CollectedSpan, key: string): string | number | undefined {
  const value = span.attributes.find((one) => one.key === key)?.value
  return value?.stringValue ?? (value?.intValue === undefined ? undefined : Number(value.intValue))
}
