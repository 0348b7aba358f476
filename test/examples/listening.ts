import { once } from 'node:events'
import type { Server } from 'node:http'

/** Listens on 127.0.0.1; what is answered ends it with its connections. */
export async function listenOn(port: number, server: Server): Promise<() => Promise<void>> {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return async () => {
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
}
