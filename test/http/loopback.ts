import { once } from 'node:events'
import type { Server } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import Koa from 'koa'
import type { Middleware } from 'koa'
import { createLogger } from '../../src/platform/logging/log.ts'
import type { Logger } from '../../src/platform/logging/log.ts'
import { createHttpServer } from '../../src/http/server.ts'
import type { ServerLimits } from '../../src/http/server.ts'

export type Loopback = { server: Server; url: string; port: number; close: () => Promise<void> }

/** A Koa app of these middlewares on a free loopback port. */
export async function listen(middlewares: Middleware[], limits?: ServerLimits): Promise<Loopback> {
  const app = new Koa()
  app.silent = true
  for (const middleware of middlewares) app.use(middleware)
  const server = createHttpServer(app.callback(), limits)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    server,
    port,
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

/** A logger with lines that a test reads. */
export function memoryLog(): { log: Logger; lines: () => Record<string, unknown>[]; text: () => string } {
  const chunks: string[] = []
  const destination = { write: (line: string) => void chunks.push(line) }
  const text = () => chunks.join('')
  const lines = () =>
    text()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
  return { log: createLogger('debug', 'test', { destination }), lines, text }
}

/** Writes raw bytes and gives everything that came back until the server ended the connection. */
export async function rawRequest(port: number, bytes: string | Buffer): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  // A server that refuses early may reset; what it said before that is what counts.
  socket.on('error', () => {})
  socket.write(bytes)
  await new Promise((resolve) => socket.once('close', resolve))
  return Buffer.concat(chunks).toString('latin1')
}
