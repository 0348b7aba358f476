/** The folder of an embedded server, with its database, secret and logs. Only the server's own user may read it. */
import { basename, join } from 'node:path'
import { keepPrivate, makePrivate, NotPrivate } from '../../platform/private-files.ts'
import type { Tightened } from '../../platform/private-files.ts'
import { ConfigError } from '../../settings/config-error.ts'
import type { Config } from '../../settings/config.ts'
import { SECRET_FILE } from '../../settings/generated-secret.ts'

/** Returns what others could read before. Throws ConfigError where that cannot be changed. */
export function keepDataPrivate({ dataDir, database, log }: Config): Tightened[] {
  const { sqliteFile } = database
  const databaseName = basename(sqliteFile)
  const isOwn = (name: string) => name === SECRET_FILE || name.startsWith(databaseName)
  const isLog = (name: string) => name.startsWith(`${log.prefix}-`) && name.endsWith('.log')
  const ownLogs = join(dataDir, 'logs')
  try {
    const tightened = keepPrivate(dataDir, isOwn)
    // SQLite gives its -wal and -shm files the rights of this one.
    makePrivate(sqliteFile)
    return log.dir === ownLogs ? [...tightened, ...keepPrivate(ownLogs, isLog)] : tightened
  } catch (error) {
    if (!(error instanceof NotPrivate)) throw error
    const takes = 'takes a folder that is for the user of the server alone'
    throw new ConfigError([
      `ACCOUNT_SERVER_DATA_DIR: got "${dataDir}", ${takes}; ${error.path}: ${error.message}`,
    ])
  }
}
