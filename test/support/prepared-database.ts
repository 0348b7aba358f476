/** A database with the schema, keys and administrator that a server makes at its first start: made once for all servers. */
import { constants, copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { createParts } from '../../src/process/start/parts.ts'
import { prepare } from '../../src/process/start/startup.ts'
import { loadConfig } from '../../src/settings/config.ts'
import { fill, statementsToCopy } from './database-copy.ts'
import { createDatabase } from './service-mariadb.ts'
import { dataFolder } from './service-process.ts'

/** What the database depends on: servers that agree on these share one. */
const DEPENDS_ON =
  /^ACCOUNT_SERVER_(TOKEN_SECRET_KEY|DATA_KEYS|ADMIN_EMAIL|ADMIN_PASSWORD|HASH_MEMORY_KIB|HASH_PASSES)(_FILE)?$/i

type Environment = Record<string, string>

const files = new Map<string, Promise<string>>()
const tables = new Map<string, Promise<string>>()

/** Puts a SQLite file into the data folder of a server that has not started yet. */
export async function copyPreparedFile(env: Environment): Promise<void> {
  const file = await madeOnce(files, env, makeFile)
  copyFileSync(file, loadConfig(env, { persist: false }).database.sqliteFile, constants.COPYFILE_EXCL)
}

/** Fills the empty database `dsn` of a service that has not started yet; `redisUrl` is its Redis. */
export async function fillPreparedDatabase(
  env: Environment,
  { dsn, redisUrl }: { dsn: string; redisUrl: string },
): Promise<void> {
  await fill(dsn, await madeOnce(tables, env, (settings) => makeTables(settings, redisUrl)))
}

/** Made for the first caller with these settings, and kept for the next. */
function madeOnce(
  made: Map<string, Promise<string>>,
  env: Environment,
  make: (settings: Environment) => Promise<string>,
): Promise<string> {
  const settings = Object.entries(env).filter(([name]) => DEPENDS_ON.test(name))
  const key = JSON.stringify(settings)
  const known = made.get(key) ?? make(Object.fromEntries(settings))
  made.set(key, known)
  return known
}

async function makeFile(settings: Environment): Promise<string> {
  const config = await prepareWith(settings)
  return config.database.sqliteFile
}

async function makeTables(settings: Environment, redisUrl: string): Promise<string> {
  const { dsn } = await createDatabase()
  await prepareWith({
    ...settings,
    ACCOUNT_SERVER_ISSUER: 'https://accounts.example',
    ACCOUNT_SERVER_MYSQL_DSN: dsn,
    ACCOUNT_SERVER_REDIS_DSN: redisUrl,
    ACCOUNT_SERVER_WORKER_SMTP_SERVER_URL: 'smtps://mail.example',
  })
  return statementsToCopy(dsn)
}

async function prepareWith(settings: Environment) {
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
  return config
}
