/**
 * After each connection to Redis: has it lost data since the last catch-up? Redis stores the run ids of its masters at
 * that time. A master with the same run id lost nothing; one that was restarted or promoted may have. Until the
 * catch-up is complete, single-use records are neither found nor consumed. So nothing is used twice or reported as
 * unknown.
 */
import type { EventEmitter } from 'node:events'
import { Cluster } from 'ioredis'
import type { Redis } from 'ioredis'
import { unavailable } from '../platform/errors.ts'
import { DAY_MS } from '../platform/clock.ts'
import { loggableError } from '../platform/logging/loggable-error.ts'
import type { Logger } from '../platform/logging/log.ts'
import { within } from '../platform/deadline.ts'
import { COMMAND_TIMEOUT_MS } from '../platform/redis/redis.ts'
import type { RedisClient } from '../platform/redis/redis.ts'
import type { GrantStore } from './grant-store.ts'

type Replays = {
  /** Replays revocations to Redis after every connection: they are few and must not be missed. */
  tellRevocations: () => Promise<unknown>
  /** Replays uses to Redis after a loss. */
  tellUses: () => Promise<unknown>
}

export type CaughtUp = {
  /** Absent while Redis is complete; resolves when it is complete again. */
  underWay: () => Promise<void> | undefined
  /** Checks for a loss, and replays. */
  catchUp: () => Promise<void>
}

const TOLD_KEY = 'account-server:told'
/** Lasts as long as the replayed records count. A replay after that changes nothing. */
const TOLD_TTL_MS = 30 * DAY_MS
const AGAIN_AFTER_MS = 500

/** Begins with the first connection; a process that starts calls `catchUp` itself, once the schema is there. */
export function watchForLosses(
  redis: RedisClient,
  log: Logger,
  { tellRevocations, tellUses }: Replays,
): CaughtUp {
  const catchUp = async () => {
    await tellRevocations()
    const running = await runIdsOf(redis)
    if (running !== '' && (await redis.get(TOLD_KEY)) === running) return
    await tellUses()
    if (running !== '') await redis.set(TOLD_KEY, running, 'PX', TOLD_TTL_MS)
  }
  let changes = 0
  let underWay: Promise<void> | undefined
  const untilDone = async (): Promise<void> => {
    for (let seen = -1; seen !== changes && redis.status !== 'end';) {
      seen = changes
      try {
        await catchUp()
      } catch (error) {
        log.warn({ err: loggableError(error) }, 'redis.not_told_again')
        seen = -1
        await new Promise((resolve) => setTimeout(resolve, AGAIN_AFTER_MS).unref())
      }
    }
    underWay = undefined
  }
  const begin = () => {
    changes += 1
    underWay ??= untilDone()
  }
  whenConnected(redis, begin)
  return { underWay: () => underWay, catchUp }
}

/** From the first connection on: for that one the schema may not be there yet. */
function whenConnected(redis: RedisClient, changed: () => void): void {
  redis.once('ready', () => {
    for (const event of ['close', 'ready', '+node', '-node']) (redis as EventEmitter).on(event, changed)
  })
}

/** The same store, which neither finds nor consumes anything before Redis is complete. */
export function waitForCatchUp(store: GrantStore, { underWay }: Pick<CaughtUp, 'underWay'>): GrantStore {
  const caughtUp = async () => {
    const telling = underWay()
    if (telling) await within(COMMAND_TIMEOUT_MS, telling, stillTelling)
  }
  return {
    ...store,
    async readSingleUse(key, root) {
      await caughtUp()
      return store.readSingleUse(key, root)
    },
    async commit(commit) {
      if (commit.use) await caughtUp()
      return store.commit(commit)
    },
  }
}

/** The run ids of all masters. Empty if the operator forbids INFO: then every connection counts as a loss. */
async function runIdsOf(redis: RedisClient): Promise<string> {
  const masters: Redis[] = redis instanceof Cluster ? redis.nodes('master') : [redis]
  const told = await Promise.all(masters.map((master) => master.info('server')))
  const ids = told.map((info) => /^run_id:(\w+)/m.exec(info)?.[1] ?? '')
  return ids.includes('') ? '' : ids.toSorted().join(' ')
}

const stillTelling = () => unavailable(new Error('Redis is being told what it lost'))
