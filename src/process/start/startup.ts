/**
 * Prepares a process before it serves: schema, signing keys, first administrator. One process does it, the others wait.
 */
import { isIPv6 } from 'node:net'
import { ensureFirstAdministrator } from '../../accounts/operator/first-administrator.ts'
import { ConfigError } from '../../settings/config.ts'
import type { Config } from '../../settings/config.ts'
import { AppError } from '../../platform/errors.ts'
import { ensureAllKeys } from '../../keys/key-set.ts'
import type { Parts } from './parts.ts'
import { hasPendingMigrations, migrate, withStartupLock } from '../../platform/sql/migrate.ts'

export type Prepared = { administrator?: { email: string; oneTimePassword?: string | undefined } | undefined }

const FIRST_DELAY_MS = 250
const MAX_DELAY_MS = 10_000

/**
 * Prepares, with retries while the database of a service is down, so that it needs no restart. A mistake in the
 * settings, or an embedded database that cannot be opened, is thrown at once.
 */
export async function prepareUntilReady(parts: Parts): Promise<Prepared> {
  for (let delayMs = FIRST_DELAY_MS; ; delayMs = Math.min(MAX_DELAY_MS, delayMs * 2)) {
    try {
      return await prepare(parts)
    } catch (error) {
      const final =
        error instanceof ConfigError || error instanceof AppError || parts.config.mode === 'embedded'
      if (final || parts.draining) throw error
      parts.log.warn({ err: error, delayMs }, 'startup.waiting')
      await new Promise((resolve) => setTimeout(resolve, delayMs))
    }
  }
}

export function prepare(parts: Parts): Promise<Prepared> {
  const { db, clock, config, sealer } = parts
  return withStartupLock(db, async () => {
    await bringSchemaUp(parts)
    await parts.catchUp()
    await warnOfEviction(parts)
    await ensureAllKeys(db, { clock, sealer })
    const { adminEmail, adminPassword } = config.accounts
    const first = await ensureFirstAdministrator(parts, {
      email: adminEmail,
      password: adminPassword,
    })
    return { administrator: first.created ? first : undefined }
  })
}

/** A Redis that evicts keys signs people out at random, and forgets used tokens. */
async function warnOfEviction({ redis, log }: Parts): Promise<void> {
  try {
    const [, policy] = ((await redis?.config('GET', 'maxmemory-policy')) ?? []) as string[]
    if (policy !== undefined && policy !== 'noeviction')
      log.warn({ policy, wanted: 'noeviction' }, 'redis.evicts')
  } catch (error) {
    // Managed services forbid CONFIG. Other checks notice an outage.
    log.debug({ err: error }, 'redis.policy_unknown')
  }
}

async function bringSchemaUp({ db, config, log }: Parts): Promise<void> {
  if (config.migrateAtStart) {
    const { applied } = await migrate(db)
    if (applied.length > 0) log.info({ applied }, 'schema.migrated')
  } else if (await hasPendingMigrations(db)) {
    throw new Error('the schema is older than this release; run npm run migrate')
  }
}

/**
 * Prints the address and the first administrator's password, once everything is ready. The password is in no log and no
 * file. The process that made the administrator prints it, even when that is a worker.
 */
export function announce(parts: Parts, { administrator }: Prepared, roles: string[]): void {
  const { config, log } = parts
  log.info({ roles, issuer: config.issuer, mode: config.mode }, 'process.ready')
  if (roles.length === 0 && !administrator) return
  const serves = roles.includes('server')
  const lines = [
    serves
      ? `${config.serverName} is ready at ${config.issuer}`
      : `${config.serverName}: the worker is ready`,
  ]
  if (serves) lines.push(`  Listening on   ${listeningOn(config).join(', ')}`)
  if (serves && config.mail.mailbox !== 'none')
    lines.push(`  Mailbox        ${config.issuer}/mailbox${forWhom(config)}`)
  if (serves) lines.push(`  Administration ${config.issuer}/admin`)
  if (administrator) lines.push(`  Administrator  ${administrator.email}`)
  if (administrator?.oneTimePassword)
    lines.push(`  Password       ${administrator.oneTimePassword}   (shown only now)`)
  if (config.log.dir) lines.push(`  Logs           ${config.log.dir}`)
  process.stdout.write(`${lines.join('\n')}\n`)
}

function forWhom({ mail }: Parts['config']): string {
  return mail.mailbox === 'administrators' ? '   (for signed-in administrators)' : ''
}

/**
 * Runs `work`. After a failure the password of a new administrator was never shown, so this prints how to make another
 * one.
 */
export async function orSayHowToSignIn(
  { administrator }: Prepared,
  work: () => void | Promise<void>,
): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (administrator?.oneTimePassword)
      process.stderr.write(
        `account-server: the administrator ${administrator.email} was created, but no password was shown; ` +
          `npm run cli -- account reset-password ${administrator.email} makes one\n`,
      )
    throw error
  }
}

function listeningOn({ host, port, binding: { listener } }: Config): string[] {
  const at = isIPv6(host) ? `[${host}]` : host
  const plain = `http://${at}:${port}`
  return listener ? [plain, `https://${at}:${listener.port} (client certificates)`] : [plain]
}
