/** A reverse proxy that sends every request to the next server, so that no test can depend on which one answers. */
import { once } from 'node:events'
import { Agent, createServer, request } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'

const IDLE_MS = 60_000

export type RoundRobin = { stop: () => Promise<void> }

/** Listens on `port` and passes each request on to one of `targets` (ports on 127.0.0.1), in turn. */
export async function startRoundRobin(port: number, targets: readonly number[]): Promise<RoundRobin> {
  const agent = new Agent({ keepAlive: true })
  let served = 0
  // A busy machine may send on a connection that was idle for a while: it must not just have been closed.
  const server = createServer({ keepAliveTimeout: IDLE_MS }, (incoming, outgoing) => {
    const target = targets[served++ % targets.length]!
    forward(agent, target, incoming, outgoing)
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    async stop() {
      agent.destroy()
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

function forward(agent: Agent, port: number, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const peer = incoming.socket.remoteAddress ?? ''
  const earlier = incoming.headers['x-forwarded-for']
  const headers = {
    ...incoming.headers,
    'x-forwarded-for': earlier ? `${String(earlier)}, ${peer}` : peer,
    'x-forwarded-proto': 'http',
  }
  const { method, url: path } = incoming
  const onward = request({ host: '127.0.0.1', port, agent, method, path, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(outgoing)
  })
  onward.on('error', () => {
    if (!outgoing.headersSent) outgoing.writeHead(502)
    outgoing.end()
  })
  outgoing.on('close', () => {
    if (!outgoing.writableFinished) onward.destroy()
  })
  incoming.pipe(onward)
}
