/**
 * The environment, parsed once into one frozen Config. Reads process.env and `.env`, resolves NAME_FILE, and reports
 * every mistake at once. The defaults are in settings.ts.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { z } from 'zod'
import { nearest } from './nearest.ts'
import { mask } from './masked.ts'
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../platform/clock.ts'
import { mailboxProblems } from './mail/mailbox-settings.ts'
import { mailSettings } from './mail-config.ts'
import { metricsConfig } from './metrics/metrics-settings.ts'
import { traceConfig } from './tracing/trace-settings.ts'
import { isLoopback } from './kinds/setting-kinds.ts'
import { ALIASES, describeSetting, settings } from './settings.ts'
import { accountLife } from './account-life-settings.ts'
import { abuseConfig, abuseProblems } from './limits/abuse-settings.ts'
import { administratorProblems } from './administrator-settings.ts'
import { keysOf } from './key-settings.ts'
import { clientRegistration } from './client-settings.ts'
import { registrationConfig, registrationProblems } from './registration/registration-settings.ts'
import { receiverConfig, receiverProblems } from './receiver-settings.ts'
import { brandOf, brandProblems } from './brand/brand-settings.ts'
import { placeConfig, placeProblems } from './places/place-settings.ts'
import { bindingConfig, bindingProblems } from './binding-settings.ts'
import { factorConfig } from './factor-settings.ts'
import { ConfigError } from './config-error.ts'
import { generatedSecret } from './generated-secret.ts'
import {
  documentLimits,
  flowConfig,
  limitConfig,
  limitProblems,
  logLimits,
  retention,
} from './limits/limit-settings.ts'
import { idleLimitProblems } from './idle-limits.ts'
import type { SettingName, Settings } from './settings.ts'

const PREFIX = 'account_server_'
const DAY_SECONDS = DAY_MS / SECOND_MS
const HOME = join(import.meta.dirname, '../..')

export { ConfigError }

export type Config = Readonly<ReturnType<typeof derive> & { sources: SettingSources }>

/** Where each setting that is set comes from: a variable, a file that a variable names, or the file `.env`. */
export type SettingSources = ReadonlyMap<SettingName, 'environment' | 'file' | 'env_file'>

type Environment = Record<string, string | undefined>

/** Reads and checks the whole configuration. Throws ConfigError. `persist: false` writes no generated secret. */
export function loadConfig(environment?: Environment, options = { persist: true }): Config {
  const inFile = environment ? {} : dotEnv()
  const { values, sources, problems } = collect(environment ?? { ...inFile, ...process.env }, inFile)
  const parsed = parse(values, problems)
  problems.push(
    ...contradictions(parsed, values),
    ...bindingProblems(parsed),
    ...administratorProblems(parsed),
    ...limitProblems(parsed),
    ...abuseProblems(parsed),
    ...registrationProblems(parsed),
    ...mailboxProblems(parsed),
    ...receiverProblems(parsed),
    ...brandProblems(parsed, HOME),
    ...placeProblems(parsed, HOME),
  )
  if (problems.length > 0) throw new ConfigError(problems)
  return Object.freeze({ ...derive(parsed as Settings, options.persist), sources })
}

/** The configuration of a process that is only a worker. It may reach Redis at another address. */
export function configOfWorker(config: Config): Config {
  const metrics = { ...config.metrics, metricsPort: config.metrics.workerMetricsPort }
  return Object.freeze({ ...config, redisDsn: config.workerRedisDsn, metrics })
}

function dotEnv(): Environment {
  const file = join(HOME, '.env')
  return existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {}
}

/** What the command line sends to a running server. They set nothing here. */
const OF_THE_COMMAND_LINE = new Set([
  'ACCOUNT_SERVER_TOKEN',
  'ACCOUNT_SERVER_CLIENT_ID',
  'ACCOUNT_SERVER_CLIENT_SECRET_FILE',
])

const PLAIN_PATH = /^[.~]{0,2}(?:\/[a-z\d._-]{1,40})+$/

function collect(environment: Environment, inFile: Environment) {
  const values = new Map<SettingName, string>()
  const sources = new Map<SettingName, 'environment' | 'file' | 'env_file'>()
  const problems: string[] = []
  for (const [key, raw] of Object.entries(environment)) {
    if (!key.toLowerCase().startsWith(PREFIX) || raw === undefined || raw === '') continue
    if (OF_THE_COMMAND_LINE.has(key)) continue
    const found = settingOf(key)
    if (!found) {
      problems.push(unknownSetting(key))
      continue
    }
    try {
      const value = found.fromFile ? readFileSync(raw, 'utf8').replace(/\r?\n$/, '') : raw
      const earlier = values.get(found.name)
      if (earlier !== undefined && earlier !== value)
        problems.push(`${key} is set twice, with different values`)
      values.set(found.name, value)
      const isOfFile = Object.hasOwn(inFile, key) && !Object.hasOwn(process.env, key)
      sources.set(found.name, found.fromFile ? 'file' : isOfFile ? 'env_file' : 'environment')
    } catch {
      // The value may be the secret itself and not a path.
      const isSafe = !describeSetting(found.name).secret || PLAIN_PATH.test(raw)
      problems.push(`${key}: got ${isSafe ? `"${raw}"` : mask('')}, takes the path of a readable file`)
    }
  }
  return { values, sources, problems }
}

function settingOf(key: string): { name: SettingName; fromFile: boolean } | undefined {
  if (key !== key.toLowerCase() && key !== key.toUpperCase()) return undefined
  const bare = key.toLowerCase().slice(PREFIX.length)
  const direct = known(bare)
  if (direct) return { name: direct, fromFile: false }
  const file = bare.endsWith('_file') ? known(bare.slice(0, -'_file'.length)) : undefined
  return file ? { name: file, fromFile: true } : undefined
}

function known(bare: string): SettingName | undefined {
  return Object.hasOwn(settings, bare) ? (bare as SettingName) : ALIASES[bare]
}

function unknownSetting(key: string): string {
  const meant = nearest(key.slice(PREFIX.length), Object.keys(settings))
  return `${key} is not a setting${meant ? `; the nearest is ${(PREFIX + meant).toUpperCase()}` : ''}`
}

function parse(values: Map<SettingName, string>, problems: string[]): Partial<Settings> {
  const parsed: Record<string, unknown> = {}
  for (const name of Object.keys(settings) as SettingName[]) {
    const result = settings[name].safeParse(values.get(name))
    if (result.success) parsed[name] = result.data
    else problems.push(mistake(name, values.get(name) ?? '', result.error))
  }
  return parsed as Partial<Settings>
}

function mistake(name: SettingName, got: string, error: z.ZodError): string {
  const { secret, takes } = describeSetting(name)
  const shown = secret ? mask(got) : JSON.stringify(got)
  const why = error.issues[0]?.message ?? ''
  const reason = why.startsWith('an asymmetric') ? `${takes} (${why})` : takes
  return `${(PREFIX + name).toUpperCase()}: got ${shown}, takes ${reason}`
}

/** Rules that span settings: what service mode refuses, and limits that contradict each other. */
function contradictions(given: Partial<Settings>, values: Map<SettingName, string>): string[] {
  const problems: string[] = []
  const upper = (name: SettingName) => (PREFIX + name).toUpperCase()
  if (given.mysql_dsn) {
    const why = 'with a MySQL database'
    if (!values.has('issuer')) problems.push(`${upper('issuer')} is missing; it is required ${why}`)
    if (!values.has('token_secret_key'))
      problems.push(`${upper('token_secret_key')} is missing; it is required ${why}`)
    if (given.mailbox)
      problems.push(`${upper('mailbox')}: got "true", takes false ${why}: it shows every mail to anyone`)
    if (!values.has('worker_smtp_server_url'))
      problems.push(`${upper('worker_smtp_server_url')} is missing; it is required ${why}`)
  }
  problems.push(...idleLimitProblems(given))
  return problems
}

function derive(given: Settings, persist: boolean) {
  const dataDir = resolve(HOME, given.data_dir)
  const service = given.mysql_dsn !== undefined
  const issuer = given.issuer ?? `http://localhost:${given.port}`
  const master = given.token_secret_key ?? generatedSecret(dataDir, persist)
  return {
    settings: given,
    mode: service ? ('service' as const) : ('embedded' as const),
    serverName: given.server_name,
    ...lookOf(given),
    issuer,
    secure: issuer.startsWith('https:'),
    host: given.host,
    port: given.port,
    workers: given.workers,
    dataDir,
    trustedProxies: given.trusted_proxies,
    guard: { allowLoopback: isLoopback(issuer), clientNetworks: given.client_networks },
    docs: given.docs,
    migrateAtStart: given.migrate_at_start,
    redisDsn: given.redis_dsn,
    workerRedisDsn: given.worker_redis_dsn ?? given.redis_dsn,
    log: logSettings(given, service, dataDir),
    database: databaseSettings(given, dataDir),
    keys: keysOf(given, master),
    tokens: tokenLifetimes(given),
    binding: bindingConfig(given, issuer),
    registration: { ...clientRegistration(given), ...registrationConfig(given) },
    sessions: sessionLimits(given),
    accounts: accountRules(given),
    factors: factorConfig(given, issuer),
    limits: { ...limitConfig(given), ...abuseConfig(given) },
    flows: flowConfig(given),
    retention: retention(given),
    mail: mailSettings(given, issuer),
    documentLimits: documentLimits(given),
    receivers: receiverConfig(given),
    ...reportsOf(given),
  }
}

/** What leaves the server for other systems. */
function reportsOf(given: Settings) {
  return {
    events: { registrationMessageAt: given.registration_message_at },
    metrics: metricsConfig(given),
    traces: traceConfig(given),
  }
}

function databaseSettings(given: Settings, dataDir: string) {
  return {
    mysqlDsn: given.mysql_dsn,
    mysqlConnectArgs: given.mysql_connect_args,
    sqliteFile: join(dataDir, 'account-server.sqlite'),
    mysqlPoolSize: given.mysql_pool_size,
  }
}

// The terminal of an embedded server is for the person. Its log goes to files by default.
function logSettings(given: Settings, service: boolean, dataDir: string) {
  const dir = given.log_dir ? resolve(HOME, given.log_dir) : service ? undefined : join(dataDir, 'logs')
  // Log collectors read a configured folder as members of its group.
  const fileMode = given.log_dir ? 0o640 : 0o600
  const level = given.debug ? 'debug' : 'info'
  return { level, dir, fileMode, prefix: given.log_prefix, limits: logLimits(given) }
}

function lookOf(given: Settings) {
  return { brand: brandOf(given, given.server_name, HOME), places: placeConfig(given, HOME) }
}

function tokenLifetimes(given: Settings) {
  const accessTokenExpireSeconds = given.access_token_expire_minutes * 60
  return {
    tokenAlgorithm: given.token_algorithm,
    idTokenAlgorithm: given.id_token_algorithm,
    scopeClaimsInIdToken: given.scope_claims_in_id_token,
    accessTokenExpireSeconds,
    refreshTokenExpireSeconds: accessTokenExpireSeconds + given.refresh_token_expire_extra_minutes * 60,
    offlineAccessIdleSeconds: given.offline_access_idle_days * DAY_SECONDS,
    offlineAccessAbsoluteSeconds: given.offline_access_absolute_days * DAY_SECONDS,
    refreshTokenGraceMs: given.refresh_token_grace_seconds * SECOND_MS,
    authorizationCodeExpireSeconds: given.authorization_code_expire_seconds,
    adminSignInSeconds: given.admin_sign_in_minutes * 60,
  }
}

function sessionLimits(given: Settings) {
  return {
    sessionIdleSeconds: given.session_idle_minutes * 60,
    sessionAbsoluteSeconds: given.session_absolute_minutes * 60,
    maxActiveSessions: given.max_active_sessions,
    interactionExpireSeconds: given.interaction_expire_minutes * 60,
  }
}

function accountRules(given: Settings) {
  return {
    passwordMinLength: given.password_min_length,
    loginMaxFailures: given.login_max_failures,
    loginBlockMs: given.login_block_minutes * MINUTE_MS,
    ...accountLife(given),
    adminEmail: given.admin_email,
    adminPassword: given.admin_password,
    hashMemoryKib: given.hash_memory_kib,
    hashPasses: given.hash_passes,
    hashQueueLength: given.hash_queue_length,
  }
}
