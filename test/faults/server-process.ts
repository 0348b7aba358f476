/** One server process, to test its start and end: its output, its exit code, and settings for it. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { TEST_PASSWORD, TEST_SECRET } from '../support/running-server.ts'
import { dataFolder, outerEnvironment } from '../support/service-process.ts'
import { freePort } from '../support/services.ts'
import { send } from '../provider/send.ts'
import type { Answer } from '../provider/send.ts'

export type Environment = Record<string, string>
export type ServerProcess = Awaited<ReturnType<typeof startProcess>>

const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

const MAIN = join(import.meta.dirname, '../../src/main.ts')

/** Runs `main.ts` on a port of its own until it ends or this process does. */
export async function startProcess(env: Environment, args: string[] = []) {
  const port = await freePort()
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: {
      ...outerEnvironment(),
      ACCOUNT_SERVER_PORT: String(port),
      ACCOUNT_SERVER_ISSUER: `http://localhost:${port}`,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const chunks: string[] = []
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => chunks.push(chunk.toString()))
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
  running.add(child)
  void exited.then(() => running.delete(child))
  const address = `http://127.0.0.1:${port}`
  return {
    address,
    child,
    /** Resolves with the exit code, `null` after a signal. */
    exited,
    output: () => chunks.join(''),
    get: (to: string): Promise<Answer | undefined> =>
      send(address, { to, headers: { accept: 'application/json' } }).catch(() => undefined),
    end(signal: NodeJS.Signals) {
      child.kill(signal)
      return exited
    },
  }
}

/** What every process of one service is given. */
export function serviceSettings(databaseUrl: string, redisUrl: string): Environment {
  return {
    ACCOUNT_SERVER_MYSQL_DSN: databaseUrl,
    ACCOUNT_SERVER_REDIS_DSN: redisUrl,
    ACCOUNT_SERVER_TOKEN_SECRET_KEY: TEST_SECRET,
    ACCOUNT_SERVER_WORKER_SMTP_SERVER_URL: 'smtp://127.0.0.1:9',
    ACCOUNT_SERVER_LOG_DIR: join(dataFolder('faults'), 'logs'),
    ACCOUNT_SERVER_ADMIN_PASSWORD: TEST_PASSWORD,
    ACCOUNT_SERVER_FORMS_PER_MINUTE: '100000',
    ACCOUNT_SERVER_NETWORK_FAILURES_BEFORE_CHALLENGE: '1000000',
    ACCOUNT_SERVER_NETWORK_FAILURES_LIMIT: '1000000',
  }
}
