/**
 * The real server: alone on SQLite, or two behind a proxy with a worker, on MariaDB, Redis and SMTP. Tests reach it over HTTP;
 * `parts` sees the same state without HTTP. It runs in the process of the tests where that is possible.
 */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Account } from '../../src/accounts/account.ts'
import { addAccount } from '../../src/accounts/operator/operator-account.ts'
import type { AddedAccount } from '../../src/accounts/operator/operator-account.ts'
import { loadConfig } from '../../src/settings/config.ts'
import type { ClientInput } from '../../src/clients/client-metadata.ts'
import { createClient } from '../../src/clients/clients.ts'
import type { RegisteredClient } from '../../src/clients/clients.ts'
import { createResource } from '../../src/resources/resources.ts'
import type { Resource, ResourceInput } from '../../src/resources/resources.ts'
import { createParts } from '../../src/process/start/parts.ts'
import type { Parts } from '../../src/process/start/parts.ts'
import { startMailCatcher } from '../outbox/mail-catcher.ts'
import { readLetter } from './letter.ts'
import type { Letter } from './letter.ts'
import { startRoundRobin } from './round-robin.ts'
import { copyPreparedFile, fillPreparedDatabase } from './prepared-database.ts'
import { createServersHere } from './server-here.ts'
import { createProcesses } from './server-processes.ts'
import type { ServerProcess } from './server-processes.ts'
import { dataFolder, freePort, outerEnvironment, pause } from './service-process.ts'
import { createDatabase, startRedis } from './services.ts'

export type Store = 'sqlite' | 'mariadb+redis'
export type ServerOptions = {
  store: Store
  /** Server processes behind the proxy. By default 1 on SQLite and 2 otherwise. */
  processes?: 1 | 2
  /** Settings for every process, over the harness's own. */
  env?: Record<string, string>
  /** Whether it has processes of its own, which take signals. By default it runs in the process of the tests. */
  separate?: boolean
}

export type RunningServer = Awaited<ReturnType<typeof startServer>>
/** An account and the password it was given. */
export type Person = { account: Account; email: string; password: string }

/** What every process is given unless a test says otherwise, so that `env` can repeat it. */
export const TEST_SECRET = 'a secret of the tests, long enough to be one'
export const TEST_PASSWORD = 'correct horse battery'

const MAIL_WITHIN_MS = 60_000
const POLL_MS = 15

/** Resolves when every process is ready. `stop` ends all of them and what was started for them. */
export async function startServer(options: ServerOptions) {
  const far = options.store === 'sqlite' ? await startEmbedded() : await startService()
  const count = options.processes ?? (options.store === 'sqlite' ? 1 : 2)
  const ports = await Promise.all(Array.from({ length: count }, freePort))
  const proxyPort = count > 1 ? await freePort() : ports[0]!
  const issuer = `http://localhost:${proxyPort}`
  const dataDir = dataFolder('server')
  const env = environment({ issuer, dataDir, given: { ...far.env, ...options.env } })
  const createGroup = isSeparate(options) ? createProcesses : createServersHere
  const group = createGroup({ env, ports, withWorker: options.store !== 'sqlite' })
  await far.prepare(env)
  const proxy = count > 1 ? await startRoundRobin(proxyPort, ports) : undefined
  await group.start().catch((error: unknown) => {
    throw new Error(`the server did not start: ${logOf(dataDir)}`, { cause: error })
  })
  const parts = group.parts() ?? (await createParts(loadConfig(env)))
  const mails = far.mails ?? (() => mailboxOf(issuer))
  return {
    issuer,
    store: options.store,
    dataDir,
    env,
    /** Redis of its own, where there is one. */
    redisUrl: far.redisUrl,
    parts,
    get processes(): ServerProcess[] {
      return group.processes()
    },
    mails,
    /** The newest mail to an address that fits, as soon as it is there. */
    waitForMail: (to: string, subject: string | RegExp = '', fits: (mail: Letter) => boolean = () => true) =>
      waitForMail(
        mails,
        to,
        (mail) =>
          mail.to.toLowerCase() === to.toLowerCase() && mail.subject.match(subject) !== null && fits(mail),
      ),
    /** All lines that the processes have logged. */
    log: () => logOf(dataDir),
    ...nouns(parts),
    /** Ends every process with a signal, waits for it, and starts them again on the same ports and data. */
    restart: (signal: NodeJS.Signals = 'SIGINT') => group.restart(signal),
    /** Starts every process again, after `signal` has ended them. */
    start: () => group.start(),
    /** Sends every process a signal and answers their exit codes when they have ended. */
    signal: (name: NodeJS.Signals) => group.signal(name),
    async stop() {
      await proxy?.stop()
      await group.end()
      if (parts !== group.parts()) await parts.close()
      await far.stop()
    },
  }
}

/** Only processes can share one SQLite file, be several workers of one server, or take options of Node. */
function isSeparate({ store, processes, env = {}, separate = false }: ServerOptions): boolean {
  const several = Number(env['ACCOUNT_SERVER_WORKERS'] ?? 1) > 1 || (store === 'sqlite' && processes === 2)
  return separate || several || 'NODE_OPTIONS' in env
}

type Far = {
  env: Record<string, string>
  /** Makes what a first start makes, where it is the same for all. */
  prepare: (env: Record<string, string>) => Promise<void>
  mails?: () => Promise<Letter[]>
  redisUrl?: string
  stop: () => Promise<unknown>
}

function startEmbedded(): Promise<Far> {
  return Promise.resolve({ env: {}, prepare: copyPreparedFile, stop: () => Promise.resolve() })
}

async function startService(): Promise<Far> {
  const [database, redis, catcher] = await Promise.all([createDatabase(), startRedis(), startMailCatcher()])
  return {
    env: {
      ACCOUNT_SERVER_MYSQL_DSN: database.dsn,
      ACCOUNT_SERVER_REDIS_DSN: redis.url,
      ACCOUNT_SERVER_WORKER_SMTP_SERVER_URL: catcher.url,
    },
    // A test that names another database starts on it as it is.
    prepare: async (env) => {
      if (env['ACCOUNT_SERVER_MYSQL_DSN'] === database.dsn)
        await fillPreparedDatabase(env, { dsn: database.dsn, redisUrl: redis.url })
    },
    redisUrl: redis.url,
    mails: () =>
      Promise.resolve(catcher.mails.map(({ source, to }) => readLetter(source, to[0] ?? '')).reverse()),
    stop: () => Promise.all([database.drop(), redis.stop(), catcher.stop()]),
  }
}

type Given = { issuer: string; dataDir: string; given: Record<string, string> }

function environment({ issuer, dataDir, given }: Given): Record<string, string> {
  return {
    ...outerEnvironment(),
    ACCOUNT_SERVER_ISSUER: issuer,
    ACCOUNT_SERVER_DATA_DIR: dataDir,
    ACCOUNT_SERVER_LOG_DIR: join(dataDir, 'logs'),
    ACCOUNT_SERVER_TOKEN_SECRET_KEY: TEST_SECRET,
    ACCOUNT_SERVER_TRUSTED_PROXIES: 'loopback',
    ACCOUNT_SERVER_ADMIN_EMAIL: 'admin@example.org',
    // Tests send many forms from one address.
    ACCOUNT_SERVER_FORMS_PER_MINUTE: '100000',
    ACCOUNT_SERVER_NETWORK_FAILURES_BEFORE_CHALLENGE: '1000000',
    ACCOUNT_SERVER_NETWORK_FAILURES_LIMIT: '1000000',
    ACCOUNT_SERVER_ADMIN_PASSWORD: TEST_PASSWORD,
    ...given,
  }
}

function nouns(parts: Parts) {
  const adding = { ...parts, hasher: { ...parts.hasher, hash: hashOnce(parts) } }
  let people = 0
  return {
    /** By default a confirmed account with an address of its own. */
    async createAccount(given: Partial<AddedAccount> = {}): Promise<Person> {
      people += 1
      const { email = `person-${people}-${parts.clock()}@example.org`, password = TEST_PASSWORD } = given
      const account = await addAccount(adding, { verified: true, actor: 'cli', ...given, email, password })
      return { account, email, password }
    },
    createClient: (input: Partial<ClientInput>): Promise<RegisteredClient> =>
      createClient(parts.db, { client_name: 'Example App', ...input }, parts),
    createResource: (input: ResourceInput): Promise<{ resource: Resource; client: RegisteredClient }> =>
      createResource(parts.db, input, parts),
  }
}

/** The same hash for the same password, for the many people with TEST_PASSWORD: hashing is made to be slow. */
function hashOnce({ hasher }: Parts): Parts['hasher']['hash'] {
  const hashes = new Map<string, Promise<string>>()
  return (password) => {
    const known = hashes.get(password) ?? hasher.hash(password)
    hashes.set(password, known)
    return known
  }
}

async function mailboxOf(issuer: string): Promise<Letter[]> {
  const answer = await fetch(`${issuer}/mailbox`, { headers: { accept: 'application/json' } })
  return ((await answer.json()) as { messages: Letter[] }).messages
}

async function waitForMail(
  mails: () => Promise<Letter[]>,
  to: string,
  fits: (mail: Letter) => boolean,
): Promise<Letter> {
  const deadline = Date.now() + MAIL_WITHIN_MS
  for (;;) {
    const all = await mails()
    const found = all.find(fits)
    if (found) return found
    if (Date.now() > deadline)
      throw new Error(`no such mail to ${to}; there are: ${all.map(titleOf).join('; ')}`)
    await pause(POLL_MS)
  }
}

const titleOf = ({ to, subject }: Letter) => `"${subject}" to ${to}`

function logOf(dataDir: string): string {
  const folder = join(dataDir, 'logs')
  try {
    return readdirSync(folder)
      .map((name) => readFileSync(join(folder, name), 'utf8'))
      .join('')
  } catch {
    return ''
  }
}
