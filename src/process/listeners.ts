/** The ports of a server process: plain HTTP for the proxy, and TLS with client certificates where configured. */
import type { RequestListener, Server as HttpServer } from 'node:http'
import type { Server } from 'node:net'
import type { Config } from '../settings/config.ts'
import { createHttpServer, createMtlsServer, drain } from '../http/server.ts'
import type { DrainTimes } from '../http/server.ts'
import type { End } from './stop.ts'

/**
 * Listens on every port of the configuration. Each listener adds its stop function to `ends` at once, because a signal
 * may arrive while the next one opens.
 */
export async function openListeners(
  config: Config,
  callback: RequestListener,
  { ends, drainTimes }: { ends: End[]; drainTimes?: DrainTimes },
): Promise<void> {
  const { host, port, binding } = config
  const { listener } = binding
  const open = async <S extends HttpServer>(server: S, place: Place) => {
    await listen(server, place)
    ends.push(async () => void (await drain(server, drainTimes)))
  }
  await open(createHttpServer(callback), { host, port, portSetting: 'PORT' })
  if (listener)
    await open(createMtlsServer(callback, listener), { host, port: listener.port, portSetting: 'MTLS_PORT' })
}

type Place = { host: string; port: number; portSetting: string }

/** The system's error gets `portSetting`, the setting to change. */
export async function listen<S extends Server>(server: S, { host, port, portSetting }: Place): Promise<S> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(Object.assign(error, { portSetting })))
    server.listen(port, host, resolve)
  })
  return server
}
