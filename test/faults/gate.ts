/** A gate in front of a service. While it is closed, the service is away for the clients of the gate alone. */
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { freePort } from '../support/services.ts'

/** A service behind a gate that is open at first. `end` stops what is behind it, once the gate is closed for good. */
export async function gated(service: string, end: () => Promise<unknown>) {
  const gate = await createGate(service)
  await gate.open()
  return {
    /** The service's address, through the gate. */
    url: gate.url,
    leave: () => gate.close(),
    comeBack: () => gate.open(),
    async stop() {
      await gate.close()
      await end()
    },
  }
}

export type Gate = Awaited<ReturnType<typeof createGate>>

/** Listens in front of the address of `url`; closed at first. */
export async function createGate(url: string) {
  const { hostname, port: target } = new URL(url)
  const port = await freePort()
  const sockets = new Set<Socket>()
  /** From the near socket's next message that fits, the receiver's answers are lost. */
  let loseFrom: RegExp | undefined
  let awaited: { message: Pick<RegExp, 'test'>; act: () => void } | undefined
  let server: Server | undefined
  const through = new URL(url)
  through.port = String(port)

  return {
    /** The service's address, through the gate. */
    url: through.href.replace(/^redis:(.*)\/$/, 'redis:$1'),
    async open() {
      loseFrom = undefined
      server = createServer((near) => {
        const far = connect(Number(target), hostname)
        for (const socket of [near, far]) {
          sockets.add(socket)
          socket.on('error', () => {})
          socket.once('close', () => {
            sockets.delete(socket)
            near.destroy()
            far.destroy()
          })
        }
        near.on('data', (chunk: Buffer) => {
          if (awaited?.message.test(chunk.toString('latin1'))) {
            awaited.act()
            awaited = undefined
          }
          if (!loseFrom?.test(chunk.toString('latin1'))) return
          far.unpipe(near)
          far.resume()
        })
        near.pipe(far).pipe(near)
      })
      server.listen(port, '127.0.0.1')
      await once(server, 'listening')
    },
    /** Requests go through; the answers to the first that fits and to all after it on its connection do not. */
    loseAnswersFrom(message: RegExp) {
      loseFrom = message
    },
    /** Does something once, just before the first message that fits goes through. */
    before(message: Pick<RegExp, 'test'>, act: () => void) {
      awaited = { message, act }
    },
    /** How many connections are open. */
    connections: () => sockets.size / 2,
    /** Nothing goes through, in either direction, until `release`. */
    hold() {
      for (const socket of sockets) socket.pause()
    },
    /** What was held goes through. */
    release() {
      for (const socket of sockets) socket.resume()
    },
    /** Cuts every connection; new ones are refused. */
    async close() {
      const closed = server?.listening && once(server, 'close')
      server?.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
