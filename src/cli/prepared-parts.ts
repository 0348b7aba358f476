/** Builds the services of a command: quiet on the terminal, on an up-to-date schema. */
import { opensApi } from '../command-line/command.ts'
import type { Answer, Command } from '../command-line/command.ts'
import type { Input } from '../command-line/input.ts'
import { actingAs } from '../events/actor.ts'
import type { Config } from '../settings/config.ts'
import { AppError } from '../platform/errors.ts'
import { openOfflineSite, prepareOfflineSite } from '../process/offline-site.ts'
import { createParts } from '../process/start/parts.ts'
import type { Parts } from '../process/start/parts.ts'
import { apiOn } from './api-on-database.ts'
import { hasPendingMigrations, migrate, withStartupLock } from '../platform/sql/migrate.ts'

/** A command that needs more than the settings, and what it was given. */
export type ServedRequest = {
  command: Exclude<Command<Parts>, { opens: 'settings' | 'nothing' }>
  input: Input
}

/** Opens the services, runs the command, and always closes them. @throws AppError like `ensureSchema` */
export async function runWithParts(request: ServedRequest, config: Config): Promise<Answer> {
  const parts = await createParts(quiet(config))
  try {
    if (request.command.opens !== 'database') await ensureSchema(parts)
    return await runIn(parts, request)
  } finally {
    await parts.close()
  }
}

/** Runs the command in services that are open already. */
export function runIn(parts: Parts, { command, input }: ServedRequest): Promise<Answer> {
  return actingAs('cli', async () => {
    if (!opensApi(command)) return command.run(input, parts)
    const site = command.opens === 'provider' ? await openOfflineSite(parts) : prepareOfflineSite(parts)
    return command.run(input, apiOn(parts, site))
  })
}

/**
 * Updates the schema under the lock when that is allowed, so that a command works on a new data folder. The server's
 * start makes signing keys and the first administrator, because it shows the administrator's password.
 * @throws AppError 503 `schema_outdated` when MIGRATE_AT_START is false and migrations are pending
 */
async function ensureSchema({ db, config, log }: Parts): Promise<void> {
  if (!(await hasPendingMigrations(db))) return
  if (!config.migrateAtStart)
    throw new AppError('schema_outdated', 503, 'the schema is older than this release; run npm run migrate')
  const { applied } = await withStartupLock(db, () => migrate(db))
  if (applied.length > 0) log.info({ applied }, 'schema.migrated')
}

// Standard output is for the answer. Without a log folder nothing is logged. Nobody reads the metrics and traces of a command.
function quiet(given: Config): Config {
  const config = {
    ...given,
    metrics: { ...given.metrics, metricsPort: undefined },
    traces: { ...given.traces, url: undefined },
  }
  return config.log.dir ? config : { ...config, log: { ...config.log, level: 'silent' } }
}
