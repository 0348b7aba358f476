/** Runs the command line as an operator does, in a process of its own or without one, against a place of its own. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect } from 'chai'
import { readArguments } from '../../src/command-line/arguments.ts'
import type { Answer } from '../../src/command-line/command.ts'
import { runIn, runWithParts } from '../../src/cli/prepared-parts.ts'
import { failureOf, failureText } from '../../src/cli/failure.ts'
import { NOUNS } from '../../src/cli/commands.ts'
import { loadConfig } from '../../src/settings/config.ts'
import { createParts } from '../../src/process/start/parts.ts'
import type { Parts } from '../../src/process/start/parts.ts'
import { BARE_ENVIRONMENT } from '../support/service-process.ts'
import { createDatabase, startRedis } from '../support/services.ts'

const CLI = join(import.meta.dirname, '../../src/cli.ts')

/** How a line of a document begins that is a command. */
export const CLI_LINE = 'npm run cli -- '

export type Outcome = { code: number; stdout: string; stderr: string }

export type Place = {
  name: string
  folder: string
  env: Record<string, string>
  /** Runs a command; `stdin` is what is piped into it. No file of it grows beyond `fileKib`, as on a full disk. */
  cli: (
    args: string[],
    more?: { env?: Record<string, string>; stdin?: string; fileKib?: number },
  ) => Promise<Outcome>
  /** The same with `--json`: nothing but one object on standard output, nothing on standard error. */
  printed: (args: string[], stdin?: string) => Promise<Answered>
  /** The object that it prints, from a command that runs here: most tests are about what a command does. */
  json: (args: string[], env?: Record<string, string>) => Promise<Answered>
  /** What it prints for people, from a command that runs here. */
  text: (args: string[], env?: Record<string, string>) => Promise<string>
  /** What a command that must fail reports, from a command that runs here. */
  refused: (args: string[], env?: Record<string, string>) => Promise<Refusal>
  /** The parts of another process on the same place, as a running server has them. */
  open: () => Promise<Parts>
  /** The same with a schema. `remove` closes them. */
  prepared: () => Promise<Parts>
  remove: () => Promise<void>
}

/** What commands answer, as far as tests look into it; each has some of these. */
export type Answered = Record<string, unknown> & {
  id: string
  email: string
  accounts: Answered[]
  next: string
  client: Answered
  resource: Answered
  clients: Answered[]
  client_id: string
  client_secret: string
  jwks: { keys: unknown[] }
  applied: string[]
  rotations: Answered[]
  keys: Answered[]
  kid: string
  alg: string
  state: string
  outcome: string
  dead_letters: Answered[]
  entries: Answered[]
}

export type Refusal = { error: string; error_description: string }

/** What a command that must fail would report, run in this process: for the many mistakes that end the same way. */
export async function mistakeOf(parts: Parts, args: string[]): Promise<Refusal> {
  return refusalOf(args, () => answerOf(parts, args))
}

/** Runs a command in this process, on parts that are open. */
export async function answerOf(parts: Parts, args: readonly string[]): Promise<Answer> {
  const request = readArguments([...args], NOUNS)
  if (request.kind !== 'run') throw new Error(`no such command: ${args.join(' ')}`)
  const { command, input } = request
  if (command.opens === 'settings') return await command.run(input, parts.config)
  if (command.opens === 'nothing') throw new Error(`${args.join(' ')} needs no parts`)
  return await runIn(parts, { command, input })
}

async function refusalOf(args: string[], run: () => Promise<unknown>): Promise<Refusal> {
  try {
    await run()
  } catch (error) {
    const refusal = onlyObject<Refusal>(failureText(failureOf(error), true))
    expect(refusal).to.have.all.keys('error', 'error_description')
    return refusal
  }
  throw new Error(`${args.join(' ')} was accepted`)
}

/** The words of a line of a document, as a shell reads them there. */
export function wordsOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '')
}

/** A file that a command names is one of the place's folder, in which an operator would be. */
export function inFolder(place: Place, word: string): string {
  return /\.(json|ndjson|csv|txt|sqlite)$/.test(word) ? join(place.folder, word) : word
}

/** SQLite in a folder of its own, which does not exist yet. */
export function embeddedPlace(): Place {
  const folder = mkdtempSync(join(tmpdir(), 'account-server-cli-'))
  return placeWith('SQLite', folder, {}, async () => {})
}

/** A database on MariaDB and a Redis, both empty. */
export async function servicePlace(): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), 'account-server-cli-'))
  const [database, redis] = await Promise.all([createDatabase(), startRedis()])
  const env = {
    ACCOUNT_SERVER_MYSQL_DSN: database.dsn,
    ACCOUNT_SERVER_REDIS_DSN: redis.url,
    ACCOUNT_SERVER_ISSUER: 'http://localhost:8700',
    ACCOUNT_SERVER_TOKEN_SECRET_KEY: 'a-secret-of-tests-that-is-long-enough',
    ACCOUNT_SERVER_WORKER_SMTP_SERVER_URL: 'smtp://127.0.0.1:9',
  }
  return placeWith('MariaDB and Redis', folder, env, async () => {
    await database.drop()
    await redis.stop()
  })
}

/** The places on which commands must do the same, by name. */
export const PLACES = { SQLite: async () => embeddedPlace(), 'MariaDB and Redis': servicePlace }

function placeWith(
  name: string,
  folder: string,
  own: Record<string, string>,
  end: () => Promise<void>,
): Place {
  const env = { ACCOUNT_SERVER_DATA_DIR: join(folder, 'data'), ...own }
  let prepared: Parts | undefined
  const open = () => createParts(quietly(loadConfig(env)))
  const cli: Place['cli'] = (args, more = {}) => run(args, { ...env, ...more.env }, more)
  return {
    name,
    folder,
    env,
    cli,
    async printed(args, stdin) {
      const { code, stdout, stderr } = await cli([...args, '--json'], { stdin })
      expect({ code, stderr }, `${args.join(' ')}: ${stderr}`).to.eql({ code: 0, stderr: '' })
      return onlyObject<Answered>(stdout)
    },
    async json(args, more) {
      const { data } = await answerHere(args, { ...env, ...more })
      return JSON.parse(JSON.stringify(data)) as Answered
    },
    text: async (args, more) => (await answerHere(args, { ...env, ...more })).text,
    refused: (args, more) => refusalOf(args, () => answerHere(args, { ...env, ...more })),
    open,
    async prepared() {
      await answerHere(['migrate'], env)
      prepared = await open()
      return prepared
    },
    async remove() {
      await prepared?.close()
      await end()
      rmSync(folder, { recursive: true })
    },
  }
}

/** As src/cli.ts does it. */
async function answerHere(args: string[], env: Record<string, string>): Promise<Answer> {
  const request = readArguments(args, NOUNS)
  if (request.kind !== 'run') throw new Error('no such command')
  const { command, input } = request
  if (command.opens === 'nothing') return await command.run(input)
  if (command.opens === 'settings') return await command.run(input, loadConfig(env, { persist: false }))
  return await runWithParts({ command, input }, loadConfig(env))
}

async function run(
  args: string[],
  env: Record<string, string>,
  { stdin = '', fileKib }: { stdin?: string | undefined; fileKib?: number },
): Promise<Outcome> {
  const command = [process.execPath, CLI, ...args]
  // POSIX counts blocks of 512 bytes. Node's own files would be cut off as well.
  const script = `ulimit -f ${2 * (fileKib ?? 0)}; unset NODE_COMPILE_CACHE NODE_V8_COVERAGE; exec "$@"`
  const limited = ['sh', '-c', script, 'sh', ...command]
  const [program = '', ...rest] = fileKib === undefined ? command : limited
  const child = spawn(program, rest, { env: { ...BARE_ENVIRONMENT, ...env } })
  child.stdin.on('error', () => {})
  child.stdin.end(stdin)
  const ended = new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? -1)))
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { code, stdout, stderr }
}

function onlyObject<T>(printed: string): T {
  const parsed: unknown = JSON.parse(printed)
  expect(parsed).to.be.an('object')
  expect(printed.endsWith('}\n'), 'ends with the object').to.equal(true)
  return parsed as T
}

function quietly(config: ReturnType<typeof loadConfig>): ReturnType<typeof loadConfig> {
  return { ...config, log: { ...config.log, dir: undefined, level: 'silent' } }
}
