/** The parts of a command's process: quiet on the terminal, on a schema that fits. */
import type { Config } from '../settings/config.ts'
import { AppError } from '../platform/errors.ts'
import { createParts } from '../process/start/parts.ts'
import type { Parts } from '../process/start/parts.ts'
import { hasPendingMigrations, migrate, withStartupLock } from '../platform/sql/migrate.ts'

/** Opens the parts, hands them to `work` and closes them, whatever happens. */
export async function withParts<T>(config: Config, work: (parts: Parts) => Promise<T>): Promise<T> {
  const parts = await createParts(quiet(config))
  try {
    return await work(parts)
  } finally {
    await parts.close()
  }
}

/**
 * Brings the schema up under the lock when that is allowed, so that a command works on a fresh data folder. Signing keys
 * and the first administrator are left to the server's start, which shows the administrator's password.
 * @throws AppError 503 `schema_outdated` when MIGRATE_AT_START is false and migrations are pending
 */
export async function ensureSchema({ db, config, log }: Parts): Promise<void> {
  if (!(await hasPendingMigrations(db))) return
  if (!config.migrateAtStart)
    throw new AppError('schema_outdated', 503, 'the schema is older than this release; run npm run migrate')
  const { applied } = await withStartupLock(db, () => migrate(db))
  if (applied.length > 0) log.info({ applied }, 'schema.migrated')
}

// Standard output belongs to the answer: without a log folder nothing is logged.
function quiet(config: Config): Config {
  return config.log.dir ? config : { ...config, log: { ...config.log, level: 'silent' } }
}
