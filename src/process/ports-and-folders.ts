/**
 * Checks the ports and folders in the settings: ports must be free, folders writable. It runs before anything is
 * created, so that a mistake leaves nothing behind.
 */
import { accessSync, constants, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname } from 'node:path'
import type { Config } from '../settings/config.ts'
import { ConfigError } from '../settings/config.ts'
import { listen } from './listeners.ts'

/** @throws ConfigError for a folder, the system's error with `portSetting` for a port */
export async function checkPortsAndFolders(config: Config, { serves }: { serves: boolean }): Promise<void> {
  const folders: Record<string, string | undefined> = {
    DATA_DIR: config.database.mysqlDsn ? undefined : config.dataDir,
    LOG_DIR: config.log.dir,
  }
  const problems = Object.entries(folders).flatMap(([name, folder]) =>
    folder ? problemOf(name, folder) : [],
  )
  if (problems.length > 0) throw new ConfigError(problems)
  await checkPorts(config, serves)
}

/** Opens the ports and closes them at once. */
async function checkPorts({ host, port, binding, metrics }: Config, serves: boolean): Promise<void> {
  const { metricsHost, metricsPort } = metrics
  const wanted = serves ? [{ host, port, portSetting: 'PORT' }] : []
  if (serves && binding.listener) wanted.push({ host, port: binding.listener.port, portSetting: 'MTLS_PORT' })
  if (metricsPort !== undefined)
    wanted.push({ host: metricsHost, port: metricsPort, portSetting: 'METRICS_PORT' })
  for (const place of wanted) {
    const server = await listen(createServer(), place)
    await new Promise((resolve) => server.close(resolve))
  }
}

function problemOf(name: string, folder: string): string[] {
  try {
    const there = nearestExisting(folder)
    if (!statSync(there).isDirectory()) throw new Error(`ENOTDIR, ${there} is a file`)
    accessSync(there, constants.W_OK | constants.X_OK)
    return []
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^(\w+): .*/, '$1') : ''
    return [`ACCOUNT_SERVER_${name}: got "${folder}", takes a folder that can be written (${why})`]
  }
}

function nearestExisting(folder: string): string {
  for (let path = folder; ; path = dirname(path)) {
    if (statSync(path, { throwIfNoEntry: false })) return path
    if (path === dirname(path)) return path
  }
}
