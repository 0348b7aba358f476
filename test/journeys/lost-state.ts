import { Redis } from 'ioredis'
import type { RunningServer } from '../support/running-server.ts'

/** Sessions, grants, codes and tokens are gone, as when Redis starts empty. */
export async function loseShortLivedState({
  redisUrl,
  parts,
}: Pick<RunningServer, 'redisUrl' | 'parts'>): Promise<void> {
  if (!redisUrl) return void (await parts.db('oidc_records').delete())
  const redis = new Redis(redisUrl)
  await redis.flushall()
  redis.disconnect()
}
