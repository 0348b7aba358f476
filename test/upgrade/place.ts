/** Where two releases run beside each other: one database, one Redis, one mail server, and a proxy that sends to those that serve. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { startMailCatcher } from '../outbox/mail-catcher.ts'
import { until } from '../provider/stage.ts'
import { startRoundRobin } from '../support/round-robin.ts'
import { TEST_PASSWORD, TEST_SECRET } from '../support/running-server.ts'
import { dataFolder, launch, outerEnvironment } from '../support/service-process.ts'
import { createDatabase, freePort, startRedis } from '../support/services.ts'
import type { Release } from './previous-release.ts'

export type Place = Awaited<ReturnType<typeof openService>>
export type Process = { drain: () => Promise<void> }

/** MariaDB and Redis. `drain` of a process takes it out of the proxy first, as a load balancer does. */
export async function openService() {
  const [database, redis, mail] = await Promise.all([createDatabase(), startRedis(), startMailCatcher()])
  const proxyPort = await freePort()
  const targets: number[] = []
  const proxy = await startRoundRobin(proxyPort, targets)
  const env = settings(`http://localhost:${proxyPort}`, {
    ACCOUNT_SERVER_MYSQL_DSN: database.dsn,
    ACCOUNT_SERVER_REDIS_DSN: redis.url,
    ACCOUNT_SERVER_WORKER_SMTP_SERVER_URL: mail.url,
  })
  const place = placeOf(env)
  return {
    ...place,
    /** Starts a server and lets the proxy send it requests once it is ready. */
    async serve(release: Release): Promise<Process> {
      const port = await freePort()
      const running = await place.run(release, { port })
      targets.push(port)
      return {
        async drain() {
          targets.splice(targets.indexOf(port), 1)
          await running.drain()
        },
      }
    },
    mailsTo: (address: string) => mail.mails.filter(({ to }) => to.includes(address)).length,
    async close() {
      await proxy.stop()
      await Promise.all([database.drop(), redis.stop(), mail.stop()])
    },
  }
}

/** One folder with SQLite, and one address. */
export async function openEmbedded() {
  const port = await freePort()
  const place = placeOf(settings(`http://localhost:${port}`, {}))
  return { ...place, serve: (release: Release): Promise<Process> => place.run(release, { port }) }
}

function settings(issuer: string, given: Record<string, string>): Record<string, string> {
  const folder = dataFolder('upgrade')
  return {
    ...outerEnvironment(),
    ACCOUNT_SERVER_ISSUER: issuer,
    ACCOUNT_SERVER_DATA_DIR: folder,
    ACCOUNT_SERVER_LOG_DIR: join(folder, 'logs'),
    ACCOUNT_SERVER_TOKEN_SECRET_KEY: TEST_SECRET,
    ACCOUNT_SERVER_TRUSTED_PROXIES: 'loopback',
    ACCOUNT_SERVER_ADMIN_PASSWORD: TEST_PASSWORD,
    ACCOUNT_SERVER_FORMS_PER_MINUTE: '100000',
    ACCOUNT_SERVER_NETWORK_FAILURES_BEFORE_CHALLENGE: '1000000',
    ACCOUNT_SERVER_NETWORK_FAILURES_LIMIT: '1000000',
    ...given,
  }
}

function placeOf(env: Record<string, string>) {
  return {
    issuer: env['ACCOUNT_SERVER_ISSUER'] ?? '',
    env,
    /** Runs a command of a release to its end, and answers what it printed as JSON. */
    async command(release: Release, args: string[], input = ''): Promise<Record<string, unknown>> {
      const file = join(release.folder, 'src/cli.ts')
      const child = spawn(process.execPath, [file, ...args, '--json'], { env, cwd: release.folder })
      child.stdin.end(input)
      const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
      if (child.exitCode !== 0) throw new Error(`${args.join(' ')} of ${release.name} failed: ${err}`)
      return JSON.parse(out) as Record<string, unknown>
    },
    /** A server on `port`, or a worker without one. `drain` ends it as an operator does. */
    async run({ folder, name }: Release, { port }: { port?: number } = {}): Promise<Process> {
      const { child } = await launch({
        command: process.execPath,
        args: [join(folder, 'src/main.ts'), ...(port === undefined ? ['--role', 'worker'] : [])],
        ports: port === undefined ? [] : [port],
        env: { ...env, ...(port !== undefined && { ACCOUNT_SERVER_PORT: String(port) }) },
      })
      if (port !== undefined) await until(() => isReady(port), `${name} is ready`)
      return {
        async drain() {
          child.ref()
          const ended = once(child, 'exit')
          child.kill('SIGTERM')
          const [code] = (await ended) as [number | null]
          if (code !== 0) throw new Error(`${name} ended with ${code}`)
        },
      }
    },
    /** What the processes logged that an operator has to look at. */
    faults: () =>
      linesOf(env['ACCOUNT_SERVER_LOG_DIR'] ?? '').filter(({ level }) => ['error', 'fatal'].includes(level)),
  }
}

async function isReady(port: number): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => undefined)
  return answer?.status === 200
}

function linesOf(folder: string): { level: string }[] {
  return readdirSync(folder)
    .flatMap((file) => readFileSync(join(folder, file), 'utf8').split('\n'))
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { level: string })
}
