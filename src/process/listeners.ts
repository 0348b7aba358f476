/** The ports that a server process answers on: plain HTTP for the proxy, and TLS with client certificates where configured. */
import type { RequestListener } from 'node:http'
import type { Server } from 'node:net'
import type { Config } from '../settings/config.ts'
import { createHttpServer, createMtlsServer, drain } from '../http/server.ts'

/** Listens on every port of the configuration; the answer stops listening and waits for what is under way. */
export async function openListeners(config: Config, callback: RequestListener): Promise<() => Promise<void>> {
  const { host, port, binding } = config
  const { listener } = binding
  const servers = [await listen(createHttpServer(callback), { host, port, portSetting: 'PORT' })]
  if (listener) {
    const place = { host, port: listener.port, portSetting: 'MTLS_PORT' }
    servers.push(await listen(createMtlsServer(callback, listener), place))
  }
  return async () => {
    await Promise.all(servers.map((server) => drain(server)))
  }
}

type Place = { host: string; port: number; portSetting: string }

/** The system's error carries `portSetting`, the setting to change. */
export async function listen<S extends Server>(server: S, { host, port, portSetting }: Place): Promise<S> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(Object.assign(error, { portSetting })))
    server.listen(port, host, resolve)
  })
  return server
}
