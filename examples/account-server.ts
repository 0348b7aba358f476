/** Finds the account server that the settings describe, or starts it for as long as the examples run. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const HOME = join(dirname(fileURLToPath(import.meta.url)), '..')
const POLL_MS = 100

/** @throws Error when the server that was started ends before it is ready */
export async function ensureAccountServer(
  issuer: string,
  environment = process.env,
): Promise<'found' | 'started'> {
  if (await isReady(issuer)) return 'found'
  const child = spawn(process.execPath, ['src/main.ts'], { cwd: HOME, env: environment, stdio: 'inherit' })
  process.once('exit', () => child.kill('SIGTERM'))
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the account server ended with ${String(code)}`)
  })
  await Promise.race([ended, untilReady(issuer)])
  ended.catch((error: Error) => {
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  })
  return 'started'
}

/**
 * Runs a command of the operator's command line and answers what it printed as JSON.
 * @throws Error with the command's own words when it fails
 */
export async function cli(args: string[], environment = process.env): Promise<unknown> {
  const options = { cwd: HOME, env: environment }
  try {
    const { stdout } = await run(process.execPath, ['src/cli.ts', ...args, '--json'], options)
    return JSON.parse(stdout) as unknown
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string }
    const line = stderr.split('\n').find((one) => one.startsWith('{'))
    if (!line) throw error
    const { error_description: said } = JSON.parse(line) as { error_description: string }
    throw new Error(said, { cause: error })
  }
}

const run = promisify(execFile)

async function untilReady(issuer: string): Promise<void> {
  while (!(await isReady(issuer))) await new Promise((resolve) => setTimeout(resolve, POLL_MS))
}

async function isReady(issuer: string): Promise<boolean> {
  try {
    return (await fetch(new URL('/health/ready', issuer))).ok
  } catch {
    return false
  }
}
