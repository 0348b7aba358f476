/**
 * After each connection to Redis: has it lost something since it was last told? Its run ids say so, of which it keeps those
 * of then itself: a master that went on running lost nothing, one that was started again or promoted may have. Until
 * it has been told, nothing is found or used up that can be used once, so that nothing is used twice or called unknown.
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

type Needs = {
  redis: RedisClient
  log: Logger
  /** Tells Redis what was revoked: after every connection, as it is little and must not be missed. */
  tellRevocations: () => Promise<unknown>
  /** Tells Redis what was used: after a loss. */
  tellUses: () => Promise<unknown>
}

export type CaughtUp = {
  /** Absent while Redis knows everything; resolves when it does again. */
  underWay: () => Promise<void> | undefined
  /** Asks whether something was lost, and tells it again. */
  catchUp: () => Promise<void>
}

const TOLD_KEY = 'account-server:told'
/** As long as what is told counts; afterwards it is told once more, which changes nothing. */
const TOLD_TTL_MS = 30 * DAY_MS
const AGAIN_AFTER_MS = 500

/** Begins with the first connection; a process that starts calls `catchUp` itself, once the schema is there. */
export function watchForLosses({ redis, log, tellRevocations, tellUses }: Needs): CaughtUp {
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

/** The same store, which finds and uses up nothing before Redis has been told what it lost. */
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

/** Those of all masters. Empty where the operator forbids INFO: then it counts as a loss each time. */
async function runIdsOf(redis: RedisClient): Promise<string> {
  const masters: Redis[] = redis instanceof Cluster ? redis.nodes('master') : [redis]
  const told = await Promise.all(masters.map((master) => master.info('server')))
  const ids = told.map((info) => /^run_id:(\w+)/m.exec(info)?.[1] ?? '')
  return ids.includes('') ? '' : ids.toSorted().join(' ')
}

const stillTelling = () => unavailable(new Error('Redis is being told what it lost'))
