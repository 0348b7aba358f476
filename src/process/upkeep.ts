/** What the worker tidies now and then: expired tokens and records, accounts never confirmed, old counters and keys. */
import { purgeExpired, purgeUnverified } from '../accounts/housekeeping.ts'
import type { Config } from '../settings/config.ts'
import { purgeEntries } from '../oidc/status-list/status-entries.ts'
import { purgeAnnounced } from '../oidc/logout/logout-notice.ts'
import { purgeRequests } from '../oidc/ciba/backchannel-requests.ts'
import { purgeRevocations } from '../oidc/store/recorded-revocations.ts'
import { purgeUses } from '../oidc/store/recorded-uses.ts'
import { tendKeys } from '../oidc/keys/key-set.ts'
import { purgeUnusedClients } from '../oidc/registration/registered-clients.ts'
import { purgeExpired as purgeRecords } from '../oidc/store/sql-store.ts'
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../platform/clock.ts'
import type { Clock } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import type { Logger } from '../platform/log.ts'
import type { Sealer } from '../platform/tokens.ts'

type Needs = { db: Db; clock: Clock; log: Logger; config: Config; sealer: Sealer }

const INTERVAL_MS = MINUTE_MS
const BATCH = 1000
/** Per round: more than this a minute means that the next round begins where this one stopped. */
const MAX_BATCHES = 100

export type Upkeep = { start: () => void; stop: () => Promise<void>; runOnce: () => Promise<void> }

/** Every task is bounded and safe to run in several workers at once. */
export function createUpkeep({ db, clock, log, config, sealer }: Needs): Upkeep {
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()
  // No token outlives its session's grant.
  const longestTokenMs = (config.sessions.absoluteSeconds + config.tokens.refreshTokenSeconds) * SECOND_MS
  const periodMs = config.keys.rotationDays * DAY_MS
  const tasks = {
    accounts: () => purgeUnverified(db, clock(), config.accounts.unverifiedMs),
    remains: () => purgeExpired(db, clock()),
    clients: () => purgeUnusedClients(db, clock()),
    backchannelRequests: () => purgeRequests(db, clock()),
    revocations: () => purgeRevocations(db, clock()),
    uses: () => purgeUses(db, clock()),
    statuses: () => inBatches((limit) => purgeEntries(db, clock(), limit)),
    logouts: () => purgeAnnounced(db, clock()),
    records: () => inBatches((limit) => purgeRecords(db, clock(), limit)),
    keys: () => tendKeys(db, { clock, sealer, periodMs, keptForMs: longestTokenMs }),
  }
  const runOnce = async () => {
    for (const [task, work] of Object.entries(tasks)) {
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
      await running
    },
  }
}

async function inBatches(purge: (limit: number) => Promise<number>): Promise<void> {
  for (let batch = 0; batch < MAX_BATCHES; batch += 1) if ((await purge(BATCH)) < BATCH) return
}
