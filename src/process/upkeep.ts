/**
 * The upkeep tasks of the worker. They purge expired tokens and records, accounts never confirmed, old counters and
 * keys.
 */
import { fillSearchColumns } from '../account-cache/changed-account.ts'
import { purgeKeys } from '../operations/kept-answers/idempotency.ts'
import { LINKED_AT_ONCE, linkSome } from '../audit/chain/link.ts'
import { pruneAudit } from '../audit/chain/prune.ts'
import { purgeExpired, purgeUnverified } from '../accounts/life/housekeeping.ts'
import type { Parts } from './start/parts.ts'
import { purgeEntries } from '../grant-store/status-entries.ts'
import { purgeRevocations } from '../grant-store/recorded-revocations.ts'
import { purgeUses } from '../grant-store/recorded-uses.ts'
import { rotateDueKeys } from '../keys/key-set.ts'
import { purgeExpired as purgeRecords } from '../grant-store/sql-store.ts'
import { purgeDead } from '../outbox/dead-letters.ts'
import { inSteps, PURGE_STEPS } from '../platform/sql/purge.ts'
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../platform/clock.ts'

const INTERVAL_MS = MINUTE_MS

export type Upkeep = { start: () => void; stop: () => Promise<void>; runOnce: () => Promise<void> }

/** Every task works in small steps, and is safe to run in several workers at once. */
export function createUpkeep(parts: Parts): Upkeep {
  const { log } = parts
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()
  let stopping = false
  const tasks = tasksOf(parts, () => stopping)
  const runOnce = async () => {
    for (const [task, work] of Object.entries(tasks)) {
      if (stopping) return
      try {
        await work()
      } catch (error) {
        log.warn({ err: error, task }, 'upkeep.failed')
      }
    }
  }
  return {
    runOnce,
    start() {
      timer ??= setInterval(() => {
        running = running.then(runOnce)
      }, INTERVAL_MS).unref()
    },
    async stop() {
      clearInterval(timer)
      timer = undefined
      stopping = true
      await running
      stopping = false
    },
  }
}

function tasksOf(parts: Parts, isStopping: () => boolean): Record<string, () => Promise<unknown>> {
  const { db, clock, config, sealer, features } = parts
  // No token outlives the grant of its session.
  const longestTokenMs =
    (config.sessions.sessionAbsoluteSeconds + config.tokens.refreshTokenExpireSeconds) * SECOND_MS
  const periodMs = config.keys.signingKeyRotationDays * DAY_MS
  const steps = { ...PURGE_STEPS, isStopping }
  const purge = (step: (nowMs: number, limit: number) => Promise<number>) => () =>
    inSteps((limit) => step(clock(), limit), steps)
  const ofFeatures = features.flatMap(({ upkeep = {} }) => Object.entries(upkeep))
  return {
    accounts: purge((nowMs, limit) =>
      purgeUnverified(db, nowMs, config.accounts.unverifiedAccountExpireMs, limit),
    ),
    remains: purge((nowMs, limit) => purgeExpired(db, nowMs, limit)),
    searchColumns: () => inSteps((limit) => fillSearchColumns(db, limit), steps),
    // Only what is chained is purged.
    auditChain: () => inSteps((limit) => linkSome(parts, limit), { ...steps, batch: LINKED_AT_ONCE }),
    audit: purge((nowMs, limit) => pruneAudit(parts, config.retention, nowMs, limit)),
    revocations: purge((nowMs, limit) => purgeRevocations(db, nowMs, limit)),
    uses: purge((nowMs, limit) => purgeUses(db, nowMs, limit)),
    statuses: purge((nowMs, limit) => purgeEntries(db, nowMs, limit)),
    apiAnswers: purge((nowMs, limit) => purgeKeys(db, nowMs, limit)),
    records: purge((nowMs, limit) => purgeRecords(db, nowMs, limit)),
    deadMessages: purge((nowMs, limit) => purgeDead(db, nowMs, limit)),
    ...Object.fromEntries(ofFeatures.map(([name, step]) => [name, purge(step)])),
    keys: () => rotateDueKeys(db, { clock, sealer, periodMs, keptForMs: longestTokenMs }),
  }
}
