/** A SQLite file with the schema, keys and administrator that a server makes at its first start: made once for all servers. */
import { constants, copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { createParts } from '../../src/process/start/parts.ts'
import { prepare } from '../../src/process/start/startup.ts'
import { loadConfig } from '../../src/settings/config.ts'
import { dataFolder } from './service-process.ts'

/** What the file depends on: servers that agree on these share one. */
const DEPENDS_ON =
  /^ACCOUNT_SERVER_(TOKEN_SECRET_KEY|DATA_KEYS|ADMIN_EMAIL|ADMIN_PASSWORD|HASH_MEMORY_KIB|HASH_PASSES)(_FILE)?$/i

const made = new Map<string, Promise<string>>()

/** Puts one into the data folder of a server that has not started yet. */
export async function copyPreparedDatabase(env: Record<string, string>): Promise<void> {
  const settings = Object.entries(env).filter(([name]) => DEPENDS_ON.test(name))
  const key = JSON.stringify(settings)
  const file = made.get(key) ?? makePrepared(Object.fromEntries(settings))
  made.set(key, file)
  copyFileSync(await file, loadConfig(env, { persist: false }).database.sqliteFile, constants.COPYFILE_EXCL)
}

async function makePrepared(settings: Record<string, string>): Promise<string> {
  const dataDir = dataFolder('prepared')
  const config = loadConfig({
    ...settings,
    ACCOUNT_SERVER_DATA_DIR: dataDir,
    ACCOUNT_SERVER_LOG_DIR: join(dataDir, 'logs'),
  })
  const parts = await createParts(config)
  await prepare(parts)
  // Closing writes the log of SQLite into the file.
  await parts.close()
  return config.database.sqliteFile
}
