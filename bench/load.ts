/**
 * A closed-loop load generator: every connection sends its next request when the answer to the last one is complete.
 * It uses plain sockets and prepared requests. An HTTP client would need more processor time than the measured
 * servers.
 */
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { createHistogram } from 'node:perf_hooks'
import type { RecordableHistogram } from 'node:perf_hooks'

export type Load = {
  /** On 127.0.0.1. */
  port: number
  /** Whole requests, as they go over the wire. Connection n begins with the n-th and goes round. */
  requests: readonly Buffer[]
  connections: number
  durationMs: number
  /** Text that the body of every answer holds: an error can be a 200 too (RFC 7662 `active: false`). */
  expects: string
}

export type Outcome = {
  requests: number
  failures: number
  /** What was wrong with the first answer that failed. */
  firstFailure?: string
  seconds: number
  /** Of every answer, in microseconds. */
  latency: RecordableHistogram
}

const SILENT_AFTER_MS = 10_000

/** Sends as fast as the connections allow. Rejects for nothing: what goes wrong is counted. */
export async function applyLoad(load: Load): Promise<Outcome> {
  const outcome: Outcome = { requests: 0, failures: 0, seconds: 0, latency: createHistogram() }
  const startedAtMs = performance.now()
  const endAtMs = startedAtMs + load.durationMs
  await Promise.all(
    Array.from({ length: load.connections }, (_, first) => drive(load, first, endAtMs, outcome)),
  )
  outcome.seconds = (performance.now() - startedAtMs) / 1000
  return outcome
}

/** Runs one connection until the time is over. */
function drive(load: Load, first: number, endAtMs: number, outcome: Outcome): Promise<void> {
  const { port, requests, expects } = load
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  let turn = first
  let sentAtMs = 0
  let received: Buffer | undefined
  const send = () => {
    sentAtMs = performance.now()
    socket.write(requests[turn++ % requests.length]!)
  }
  return new Promise((resolve) => {
    const fail = (reason: string) => {
      outcome.failures += 1
      outcome.firstFailure ??= reason
      end(socket, resolve)
    }
    socket.setTimeout(SILENT_AFTER_MS, () => fail('no answer'))
    socket.once('error', (error) => fail(error.message))
    socket.once('end', () => fail('the server closed the connection'))
    socket.once('connect', send)
    socket.on('data', (chunk) => {
      received = received ? Buffer.concat([received, chunk]) : chunk
      const answer = readAnswer(received)
      if (answer === 'incomplete') return
      const fault = faultOf(answer, expects)
      if (fault) return fail(fault)
      received = undefined
      outcome.requests += 1
      const now = performance.now()
      outcome.latency.record(Math.max(1, Math.round((now - sentAtMs) * 1000)))
      if (now < endAtMs) send()
      else end(socket, resolve)
    })
  })
}

function end(socket: Socket, resolve: () => void): void {
  socket.removeAllListeners()
  // Errors of a connection that is being given up concern nobody.
  socket.on('error', () => undefined)
  socket.destroy()
  resolve()
}

type Answer = { status: number; body: Buffer } | { unreadable: string }

/** HTTP/1.1 with `Content-Length`, which is how these answers come: chunked ones are refused, not misread. */
function readAnswer(bytes: Buffer): Answer | 'incomplete' {
  const headEnd = bytes.indexOf('\r\n\r\n')
  if (headEnd < 0) return 'incomplete'
  const head = bytes.toString('latin1', 0, headEnd)
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
  if (length === undefined) return { unreadable: `no Content-Length in: ${head.slice(0, 200)}` }
  const bodyEnd = headEnd + 4 + Number(length)
  if (bytes.length < bodyEnd) return 'incomplete'
  return { status: Number(head.slice(9, 12)), body: bytes.subarray(headEnd + 4, bodyEnd) }
}

function faultOf(answer: Answer, expects: string): string | undefined {
  if ('unreadable' in answer) return answer.unreadable
  const { status, body } = answer
  if (status >= 200 && status < 300 && body.includes(expects)) return undefined
  return `${status} ${body.toString().slice(0, 300)}`
}
