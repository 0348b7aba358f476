/** Reads the arguments of `npm start --`: the role, `--help` or `--version`. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { AppError } from '../../platform/errors.ts'

const HELP = `Starts the account server: npm start -- [options]

Options
  --role server  Serves people and apps. Embedded, without a role, the worker runs in the same process.
  --role worker  Delivers mails and notices, and tidies up: npm run worker
  --verbose      In development, show each line of the log, not only refusals, faults and mails.
  --help         Show this help.
  --version      Show the version.

It takes its settings from ACCOUNT_SERVER_… in the environment and from .env; it needs none. In effect:
  npm run cli -- config

Ctrl-C stops it. Accounts, apps and keys: npm run cli
`

export type StartRequest =
  | { kind: 'print'; text: string }
  | { kind: 'run'; role?: 'server' | 'worker'; verbose: boolean }

/** Throws `AppError` 400 `usage`. */
export function readStartArguments(argv: string[]): StartRequest {
  const { help, version, role, verbose = false } = parse(argv)
  if (help) return { kind: 'print', text: HELP }
  if (version) return { kind: 'print', text: `account-server ${serverVersion()}\n` }
  if (role === undefined) return { kind: 'run', verbose }
  if (role === 'server' || role === 'worker') return { kind: 'run', role, verbose }
  throw usage(`--role: got "${role}", takes server or worker`)
}

/** The version in package.json. */
export function serverVersion(): string {
  const file = join(import.meta.dirname, '../../../package.json')
  return String((JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version)
}

function parse(args: string[]) {
  const flag = { type: 'boolean' } as const
  const options = {
    role: { type: 'string' },
    verbose: flag,
    help: { ...flag, short: 'h' },
    version: { ...flag, short: 'v' },
  } as const
  try {
    return parseArgs({ args, options }).values
  } catch {
    throw usage(`cannot read "${args.join(' ')}"; see npm start -- --help`)
  }
}

function usage(message: string): AppError {
  return new AppError('usage', 400, message)
}
