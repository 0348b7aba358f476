/** The real services that tests run on. What is missing on the machine is installed by scripts/services.mjs. */
import { CHROMIUM_NAMES, findBinary } from '../../scripts/find-binary.mjs'

export { createDatabase, startMariadb } from './service-mariadb.ts'
export type { Mariadb, TestDatabase } from './service-mariadb.ts'
export { startRedis, startRedisCluster } from './service-redis.ts'
export type { RedisCluster, RedisNode, RedisServer } from './service-redis.ts'
export { freePort } from './service-process.ts'

/** The path of a Chromium or Chrome for playwright-core's `executablePath`. */
export async function findChromium(): Promise<string> {
  const found = process.env.TEST_CHROMIUM || findBinary(...CHROMIUM_NAMES)
  if (!found) throw new Error('No Chromium: run node scripts/services.mjs, or set TEST_CHROMIUM to its path')
  return found
}
