/**
 * Every setting the server takes: its name, what it accepts, its default and one sentence of meaning.
 * docs/settings.md, `cli config` and the error messages are all made from this list.
 */
import { z } from 'zod'
import { abuseSettings } from './limits/abuse-settings.ts'
import { accountLifeSettings } from './account-life-settings.ts'
import { brandSettings } from './brand/brand-settings.ts'
import { clientSettings } from './client-settings.ts'
import { factorSettings } from './factor-settings.ts'
import { eventSettings } from './event-settings.ts'
import { registrationSettings } from './registration/registration-settings.ts'
import { receiverSettings } from './receiver-settings.ts'
import { bindingSettings } from './binding-settings.ts'
import { placeSettings } from './places/place-settings.ts'
import { lifetimeSettings } from './lifetime-settings.ts'
import { limitSettings } from './limits/limit-settings.ts'
import { mailboxSettings } from './mail/mailbox-settings.ts'
import { metricsSettings } from './metrics/metrics-settings.ts'
import { traceSettings } from './tracing/trace-settings.ts'
import { passkeySettings } from './passkey-settings.ts'
import {
  ALGORITHMS,
  algorithm,
  connectArgs,
  email,
  fileName,
  flag,
  host,
  integer,
  isIssuer,
  line,
  linkFormat,
  list,
  proxies,
  secret,
  sender,
  text,
  redisDsn,
  url,
} from './kinds/setting-kinds.ts'
import type { SettingMeta } from './kinds/setting-kinds.ts'

/** Listed without the prefix `ACCOUNT_SERVER_`; the environment may spell them all upper or all lower case. */
export const settings = {
  server_name: line().default('Account Server').meta({
    group: 'Server',
    takes: 'one line of text',
    description: 'Shown on every page and in every mail.',
  }),
  issuer: z.string().refine(isIssuer).optional().meta({
    group: 'Server',
    takes: 'an https URL without path, query or trailing slash (http only on loopback)',
    fallback: 'http://localhost:<port> when embedded',
    description: 'The address people and apps use; every link and token is built from it.',
  }),
  host: host().default('127.0.0.1').meta({ group: 'Server', description: 'Address to listen on.' }),
  port: integer(1, 65535).default(8700).meta({ group: 'Server', description: 'Port to listen on.' }),
  debug: flag().default(false).meta({
    group: 'Server',
    description:
      'Logs more: each SQL statement with its time, and each request that is only counted otherwise.',
  }),
  workers: integer(1, 64)
    .default(1)
    .meta({ group: 'Server', description: 'Server processes on the one port.' }),
  data_dir: text().default('data').meta({
    group: 'Server',
    takes: 'a folder',
    description: 'SQLite file and generated secrets of an embedded server.',
  }),
  trusted_proxies: proxies().default([]).meta({
    group: 'Server',
    takes: 'a comma-separated list of addresses or CIDR ranges',
    description:
      'Proxies with a trusted X-Forwarded-For header. The header never changes an address in a response.',
  }),
  log_dir: text().optional().meta({
    group: 'Server',
    takes: 'a folder',
    fallback: 'standard output, or <DATA_DIR>/logs when embedded',
    description: 'Writes logs to files in this folder, a new one each day.',
  }),
  log_prefix: fileName()
    .default('account-server')
    .meta({ group: 'Server', description: 'Name of the log files and of the service in each line.' }),
  docs: flag().default(true).meta({
    group: 'Server',
    description: 'Shows the JSON API at /docs, where people can sign in and try it.',
  }),
  migrate_at_start: flag()
    .default(true)
    .meta({ group: 'Server', description: 'Brings the schema up to date at start, under a lock.' }),

  mysql_dsn: url('mysql://user:password@host:port/database', 'mysql', 'mariadb').optional().meta({
    group: 'Storage',
    secret: true,
    fallback: 'SQLite',
    description: 'MySQL 8 or MariaDB 10.6 and newer; turns on service mode.',
  }),
  mysql_connect_args: connectArgs()
    .default({ connect_timeout: 3 })
    .meta({ group: 'Storage', description: 'Further connection options; connect_timeout is in seconds.' }),
  mysql_pool_size: integer(1, 200)
    .default(10)
    .meta({ group: 'Storage', description: 'Connections per process.' }),
  redis_dsn: redisDsn().optional().meta({
    group: 'Storage',
    secret: true,
    fallback: 'the SQL database',
    description: 'Home of sessions, codes and tokens.',
  }),

  token_secret_key: secret().optional().meta({
    group: 'Secrets',
    secret: true,
    fallback: 'generated into the data folder when embedded',
    description: 'Seals signing keys, mails and cookies at rest.',
  }),
  cookie_keys: list().pipe(z.array(secret()).min(1)).optional().meta({
    group: 'Secrets',
    takes: 'a comma-separated list of secrets of at least 32 characters',
    secret: true,
    fallback: 'derived from TOKEN_SECRET_KEY',
    description: 'The first signs cookies, the others are still accepted.',
  }),
  data_keys: list().pipe(z.array(secret()).min(1)).optional().meta({
    group: 'Secrets',
    takes: 'a comma-separated list of secrets of at least 32 characters',
    secret: true,
    fallback: 'derived from TOKEN_SECRET_KEY',
    description: 'The first seals data at rest, the others still open it.',
  }),

  token_algorithm: algorithm()
    .default('ES256')
    .meta({
      group: 'Tokens',
      takes: ALGORITHMS.join(', '),
      description: 'Signs JWT access tokens, unless their resource server names another algorithm.',
    }),
  id_token_algorithm: algorithm()
    .default('RS256')
    .meta({
      group: 'Tokens',
      takes: ALGORITHMS.join(', '),
      description: 'Signs ID and logout tokens of clients that name no algorithm when they are registered.',
    }),
  scope_claims_in_id_token: flag().default(true).meta({
    group: 'Tokens',
    takes: 'true or false',
    description:
      'ID tokens hold the claims of the granted scopes (name, email, …), as userinfo does. A client can say otherwise.',
  }),
  signing_key_rotation_days: integer(0, 3650).default(90).meta({
    group: 'Tokens',
    description: 'The worker exchanges signing and encryption keys after this long; 0 leaves it to you.',
  }),
  ...lifetimeSettings,

  ...brandSettings,

  ...bindingSettings,
  ...passkeySettings,

  ...clientSettings,

  session_idle_minutes: integer(5, 525_600)
    .default(20_160)
    .meta({ group: 'Sessions', description: 'A sign-in ends after this long without use.' }),
  session_absolute_minutes: integer(5, 525_600)
    .default(129_600)
    .meta({ group: 'Sessions', description: 'A sign-in ends after this long in any case.' }),
  ...placeSettings,
  max_active_sessions: integer(1, 1000)
    .default(10)
    .meta({ group: 'Sessions', description: 'Per account; the oldest ends first.' }),
  interaction_expire_minutes: integer(5, 1440).default(60).meta({
    group: 'Sessions',
    description:
      'How long a page of a request stays open before it starts again; 20 at most until somebody has signed in.',
  }),

  password_min_length: integer(8, 64).default(8).meta({
    group: 'Accounts',
    description:
      'In characters; 15 where a password is the only factor and NIST SP 800-63B is to be followed.',
  }),
  login_max_failures: integer(3, 1000)
    .default(15)
    .meta({ group: 'Accounts', description: 'Consecutive failures per account and network before a block.' }),
  login_block_minutes: integer(1, 1440)
    .default(5)
    .meta({ group: 'Accounts', description: 'How long the block lasts.' }),
  ...accountLifeSettings,
  admin_email: email().default('admin@localhost.localdomain').meta({
    group: 'Accounts',
    takes: 'an e-mail address',
    description: 'Address of the administrator created at first start.',
  }),
  admin_password: z.string().min(8).optional().meta({
    group: 'Accounts',
    takes: 'at least 8 characters',
    secret: true,
    fallback: 'generated and printed once',
    description: 'Password of the administrator created at first start.',
  }),
  hash_memory_kib: integer(19_456, 1_048_576)
    .default(19_456)
    .meta({ group: 'Accounts', description: 'Argon2id memory in KiB.' }),
  hash_passes: integer(2, 20).default(2).meta({ group: 'Accounts', description: 'Argon2id passes.' }),
  hash_queue_length: integer(1, 10_000).default(32).meta({
    group: 'Accounts',
    description: 'Sign-ins that may wait for a free core before 503 is answered.',
  }),

  ...registrationSettings,
  ...abuseSettings,
  ...factorSettings,
  ...limitSettings,

  worker_redis_dsn: redisDsn().optional().meta({
    group: 'Mail',
    secret: true,
    fallback: 'REDIS_DSN',
    description: 'The same Redis, where a worker process reaches it at another address.',
  }),
  worker_smtp_server_url: url('smtp://host:port or smtps://host:port', 'smtp', 'smtps').optional().meta({
    group: 'Mail',
    secret: true,
    fallback: 'the development mailbox when embedded on loopback',
    description: 'Where mails are handed over.',
  }),
  worker_smtp_server_user: text()
    .optional()
    .meta({ group: 'Mail', takes: 'text', description: 'SMTP user.' }),
  worker_smtp_server_password: text()
    .optional()
    .meta({ group: 'Mail', takes: 'text', secret: true, description: 'SMTP password.' }),
  worker_smtp_require_tls: flag().optional().meta({
    group: 'Mail',
    fallback: 'true, but for a mail server on loopback',
    description:
      'Sends nothing to an smtp:// server without STARTTLS; false sends passwords and links in clear.',
  }),
  worker_account_activate_weburl_f: linkFormat().optional().meta({
    group: 'Mail',
    fallback: '<issuer>/activate?token={token}',
    description: 'Address of the activation link. A page of your own finishes it over the API.',
  }),
  worker_account_reset_weburl_f: linkFormat().optional().meta({
    group: 'Mail',
    fallback: '<issuer>/reset?token={token}',
    description: 'Address of the link to choose a new password. A page of your own finishes it over the API.',
  }),
  mail_from: sender().optional().meta({
    group: 'Mail',
    fallback: 'SERVER_NAME <no-reply@issuer host>',
    description: 'Sender of every mail.',
  }),
  ...mailboxSettings,

  ...eventSettings,
  ...receiverSettings,
  ...metricsSettings,
  ...traceSettings,
} satisfies Record<string, z.ZodType>

export type SettingName = keyof typeof settings
export type Settings = { [Name in SettingName]: z.output<(typeof settings)[Name]> }

/** Other accepted spellings: misspellings of an earlier service. */
export const ALIASES: Record<string, SettingName> = {
  worker_smtp_servser_url: 'worker_smtp_server_url',
  worker_smtp_servser_user: 'worker_smtp_server_user',
  worker_smtp_servser_password: 'worker_smtp_server_password',
}

/** The description of a setting from the list above. */
export function describeSetting(name: SettingName): SettingMeta & { description: string } {
  const described = settings[name].meta() ?? {}
  return { group: 'Server', description: '', ...described, takes: takes(name) }
}

function takes(name: SettingName): string {
  for (let schema: z.ZodType | undefined = settings[name]; schema; schema = inner(schema)) {
    const found = schema.meta()?.['takes']
    if (typeof found === 'string') return found
  }
  return 'text'
}

function inner(schema: z.ZodType): z.ZodType | undefined {
  const { innerType } = schema.def as { innerType?: z.ZodType }
  return innerType
}
