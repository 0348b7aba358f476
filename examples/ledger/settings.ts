/** The ledger's settings, read once from the environment. Every name begins with `LEDGER_`. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const HOME = import.meta.dirname

const credentials = z.object({ client_id: z.string().min(1), client_secret: z.string().min(1) })

const credentialsFile = z.object({
  /** The ledger's API: it introspects the tokens that it gets. */
  resource: credentials,
  /** The ledger's page and its look-up of recipients. */
  app: credentials,
  /** The page of the API's documentation, where people try operations: a public client. */
  docs: z.object({ client_id: z.string().min(1) }).optional(),
  /** The address that these belong to. */
  public_url: z.url().optional(),
})

const count = (least: number, most: number) => z.coerce.number().int().min(least).max(most)

const environment = z.object({
  /** The account server. */
  LEDGER_ISSUER: z.url().default('http://localhost:8700'),
  /** Where people and apps reach the ledger. With a slash at its end it is the `resource` of its tokens. */
  LEDGER_PUBLIC_URL: z.url().default('http://localhost:8730'),
  LEDGER_HOST: z.string().default('127.0.0.1'),
  LEDGER_PORT: count(0, 65_535).optional(),
  /** `mysql://…`, or the path of an SQLite file. */
  LEDGER_DATABASE: z.string().default(join(HOME, 'data', 'ledger.sqlite')),
  /** JSON: `resource` and `app`, each with `client_id` and `client_secret`, and `docs` with its `client_id`. */
  LEDGER_CREDENTIALS_FILE: z.string().default(join(HOME, 'data', 'credentials.json')),
  /** `introspection` sees a revocation at once; `jwt` verifies here, with the keys and status lists. */
  LEDGER_TOKENS: z.enum(['introspection', 'jwt']).default('introspection'),
  /** How many seconds an introspection answer is kept; 0 keeps none. A revocation takes effect at most this much later. */
  LEDGER_TOKEN_CACHE_SECONDS: count(0, 300).default(0),
  /** A recipient that was found is looked up again after so long; 0 asks each time. */
  LEDGER_LOOK_UP_CACHE_SECONDS: count(0, 300).default(10),
  /** What an account is opened with, in minor units such as cents. */
  LEDGER_STARTING_BALANCE_MINOR: count(0, 1_000_000_000).default(10_000),
  /** ISO 4217. */
  LEDGER_CURRENCY: z
    .string()
    .regex(/^[A-Z]{3}$/, 'takes a currency of three capital letters, such as EUR')
    .default('EUR'),
  /** Transactions of a page where the request names no `limit`. */
  LEDGER_DEFAULT_LIMIT: count(1, 200).default(20),
  /** Answers to an Idempotency-Key are kept for so long. */
  LEDGER_KEY_DAYS: count(1, 3650).default(30),
  /** A person signs in again after so long. */
  LEDGER_SESSION_MINUTES: count(1, 43_200).default(480),
  LEDGER_LOG_DIR: z.string().default(join(HOME, 'data', 'logs')),
  /** Older log files are deleted. */
  LEDGER_LOG_DAYS: count(1, 3650).default(14),
})

export type Settings = ReturnType<typeof readSettings>
export type Credentials = z.output<typeof credentialsFile>

/** @throws Error that names every wrong setting and what it takes */
export function readSettings(given: Record<string, string | undefined> = process.env) {
  const named = Object.entries(given).filter(([name, value]) => name.startsWith('LEDGER_') && value !== '')
  const result = environment.safeParse(Object.fromEntries(named))
  if (!result.success) {
    const faults = result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
    throw new Error(`The settings are not valid. ${faults.join('; ')}`)
  }
  const all = result.data
  const publicUrl = all.LEDGER_PUBLIC_URL.replace(/\/$/, '')
  return {
    issuer: all.LEDGER_ISSUER.replace(/\/$/, ''),
    publicUrl,
    identifier: `${publicUrl}/`,
    host: all.LEDGER_HOST,
    port: all.LEDGER_PORT ?? Number(new URL(publicUrl).port || 8730),
    database: all.LEDGER_DATABASE,
    credentialsFile: all.LEDGER_CREDENTIALS_FILE,
    tokens: all.LEDGER_TOKENS,
    tokenCacheMs: all.LEDGER_TOKEN_CACHE_SECONDS * 1000,
    lookUpCacheMs: all.LEDGER_LOOK_UP_CACHE_SECONDS * 1000,
    startingBalanceMinor: all.LEDGER_STARTING_BALANCE_MINOR,
    currency: all.LEDGER_CURRENCY,
    defaultLimit: all.LEDGER_DEFAULT_LIMIT,
    keyDays: all.LEDGER_KEY_DAYS,
    sessionMs: all.LEDGER_SESSION_MINUTES * 60_000,
    logDir: all.LEDGER_LOG_DIR,
    logDays: all.LEDGER_LOG_DAYS,
  }
}

/** @throws Error when the file is missing or holds something else */
export function readCredentials(file: string): Credentials {
  const result = credentialsFile.safeParse(JSON.parse(readFileSync(file, 'utf8')))
  if (result.success) return result.data
  throw new Error(`${file} must hold "resource" and "app", each with "client_id" and "client_secret".`)
}
