/** What every feature may use: built once for a process, passed on, and never imported. Functions take `Pick<Services, …>`. */
import type { AccountCache } from './account-cache/account-cache.ts'
import type { BlockedAttempts } from './attempts/blocked-attempts.ts'
import type { AccessEndings } from './grant-store/access-endings.ts'
import type { GrantStore } from './grant-store/grant-store.ts'
import type { TokenStatuses } from './grant-store/token-statuses.ts'
import type { Outbox } from './outbox/outbox.ts'
import type { Hasher } from './passwords/hashing.ts'
import type { Places } from './places/places.ts'
import type { ChangeFeed } from './platform/sql/change-feed.ts'
import type { Clock } from './platform/clock.ts'
import type { Db } from './platform/sql/database.ts'
import type { Logger } from './platform/logging/log.ts'
import type { Metrics } from './platform/metrics/metrics.ts'
import type { Sealer } from './platform/tokens.ts'
import type { Config } from './settings/config.ts'

export type Services = AccessEndings & {
  config: Config
  db: Db
  clock: Clock
  log: Logger
  /** Counts and measures, where metrics are on. */
  metrics: Metrics
  sealer: Sealer
  /** Sessions, grants and tokens: in Redis where it is configured, else in SQL. */
  store: GrantStore
  outbox: Outbox
  feed: ChangeFeed
  /** Accounts for the protocol, without a query: in Redis where it is configured, else in this process. */
  accountCache: AccountCache
  /** Whether JWT access tokens are unrevoked, cached in the same way. */
  tokenStatuses: TokenStatuses
  hasher: Hasher
  /** Where addresses are, for people who read about their sign-ins. */
  places: Places
  /** What this process knows to be blocked. */
  blocked: BlockedAttempts
}
