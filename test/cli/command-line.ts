/** Runs the command line as an operator does, in a process of its own, against a place of its own. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect } from 'chai'
import { loadConfig } from '../../src/config.ts'
import { createParts } from '../../src/parts.ts'
import type { Parts } from '../../src/parts.ts'
import { createDatabase, startRedis } from '../support/services.ts'

const CLI = join(import.meta.dirname, '../../src/cli.ts')

export type Outcome = { code: number; stdout: string; stderr: string }

export type Place = {
  name: string
  folder: string
  env: Record<string, string>
  /** Runs a command; `stdin` is what is piped into it. */
  cli: (args: string[], more?: { env?: Record<string, string>; stdin?: string }) => Promise<Outcome>
  /** The same with `--json`: nothing but one object on standard output, nothing at all on standard error. */
  json: (args: string[], stdin?: string) => Promise<Answered>
  /** A command that must fail: exit code 1, nothing on standard output, its one object from standard error. */
  refused: (args: string[], env?: Record<string, string>) => Promise<Refusal>
  /** The parts of another process on the same place, as a running server has them. */
  open: () => Promise<Parts>
  remove: () => Promise<void>
}

// oxlint-disable-next-line typescript/no-explicit-any -- whatever a command answers is looked into freely
export type Answered = Record<string, any>
export type Refusal = { error: string; error_description: string }

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

function placeWith(
  name: string,
  folder: string,
  own: Record<string, string>,
  end: () => Promise<void>,
): Place {
  const env = { ACCOUNT_SERVER_DATA_DIR: join(folder, 'data'), ...own }
  const cli: Place['cli'] = (args, more = {}) => run(args, { ...env, ...more.env }, more.stdin ?? '')
  return {
    name,
    folder,
    env,
    cli,
    async json(args, stdin) {
      const { code, stdout, stderr } = await cli([...args, '--json'], { stdin })
      expect({ code, stderr }, `${args.join(' ')}: ${stderr}`).to.eql({ code: 0, stderr: '' })
      return onlyObject(stdout)
    },
    async refused(args, more) {
      const { code, stdout, stderr } = await cli([...args, '--json'], { env: more })
      expect({ code, stdout }, args.join(' ')).to.eql({ code: 1, stdout: '' })
      const refusal = onlyObject(stderr)
      expect(refusal).to.have.all.keys('error', 'error_description')
      return refusal as Refusal
    },
    open: () => createParts(quietly(loadConfig(env))),
    async remove() {
      await end()
      rmSync(folder, { recursive: true })
    },
  }
}

async function run(args: string[], env: Record<string, string>, stdin: string): Promise<Outcome> {
  const child = spawn(process.execPath, [CLI, ...args], { env: { PATH: process.env.PATH ?? '', ...env } })
  child.stdin.on('error', () => {})
  child.stdin.end(stdin)
  const ended = new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? -1)))
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { code, stdout, stderr }
}

function onlyObject(printed: string): Answered {
  const parsed: unknown = JSON.parse(printed)
  expect(parsed).to.be.an('object')
  expect(printed.endsWith('}\n'), 'ends with the object').to.equal(true)
  return parsed as Answered
}

function quietly(config: ReturnType<typeof loadConfig>): ReturnType<typeof loadConfig> {
  return { ...config, log: { ...config.log, dir: undefined, level: 'silent' } }
}
