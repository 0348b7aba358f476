/** Whether database, Redis and disk are what this release needs. */
import { statSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isSqlite } from '../../platform/sql/database.ts'
import type { Db } from '../../platform/sql/database.ts'
import type { RedisClient } from '../../platform/redis/redis.ts'
import type { Parts } from '../../process/start/parts.ts'
import type { Finding } from './finding.ts'

const OLDEST = { MariaDB: [10, 6], MySQL: [8, 0], Redis: [6, 2] } as const
const MIB = 2 ** 20

export async function serverFindings({ db, redis, config }: Parts): Promise<Finding[]> {
  const database = isSqlite(db) ? await diskRoom(config.database.sqliteFile) : await databaseVersion(db)
  return redis ? [database, await redisVersion(redis)] : [database]
}

async function databaseVersion(db: Db): Promise<Finding> {
  const [[row]] = (await db.raw('select version() as version')) as [[{ version: string }]]
  return supported(/mariadb/i.test(row.version) ? 'MariaDB' : 'MySQL', row.version)
}

async function redisVersion(redis: RedisClient): Promise<Finding> {
  try {
    const version = /redis_version:(\S+)/.exec(await redis.info('server'))?.[1] ?? ''
    return supported('Redis', version)
  } catch (error) {
    return { check: 'Redis', state: 'fault', found: `does not answer: ${(error as Error).message}` }
  }
}

/** A version is compared by its first two numbers. */
export function supported(name: keyof typeof OLDEST, version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10))
  const [oldestMajor, oldestMinor] = OLDEST[name]
  const isOld = major < oldestMajor || (major === oldestMajor && minor < oldestMinor)
  const found = isOld ? `${version} is older than ${oldestMajor}.${oldestMinor}` : version
  return { check: name, state: isOld ? 'fault' : 'ok', found }
}

/** A migration keeps what it changes in a second file until it is done. */
async function diskRoom(file: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(dirname(file))
  const [free, needed] = [Math.floor((bavail * bsize) / MIB), Math.ceil(statSync(file).size / MIB)]
  const found = `SQLite has ${needed} MiB, and ${free} MiB are free`
  return { check: 'disk', state: free < needed ? 'fault' : 'ok', found }
}
