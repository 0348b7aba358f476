/** The ports that a server process answers on: plain HTTP for the proxy, and TLS with client certificates where configured. */
import type { RequestListener, Server } from 'node:http'
import type { Config } from './config.ts'
import { createHttpServer, createMtlsServer, drain } from './http/server.ts'

/** Listens on every port of the configuration; the answer stops listening and waits for what is under way. */
export async function openListeners(config: Config, callback: RequestListener): Promise<() => Promise<void>> {
  const { listener } = config.binding
  const servers = [await listen(createHttpServer(callback), config.port, config.host)]
  if (listener) servers.push(await listen(createMtlsServer(callback, listener), listener.port, config.host))
  return async () => {
    await Promise.all(servers.map((server) => drain(server)))
  }
}

async function listen(server: Server, port: number, host: string): Promise<Server> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  return server
}
