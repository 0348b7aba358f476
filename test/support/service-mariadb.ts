/** A private MariaDB: one per test process, as many databases on it as tests ask for. */
import { randomBytes } from 'node:crypto'
import { existsSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createConnection } from 'mysql2/promise'
import { SERVICES_CACHE, findBinary } from '../../scripts/find-binary.mjs'
import { dockerImage } from '../../scripts/services.mjs'
import { startMysql } from './service-mysql.ts'
import { dataFolder, freePort, launch, pause, runToEnd } from './service-process.ts'
import type { Launch } from './service-process.ts'

export type Mariadb = { url: string; stop: () => Promise<void> }
export type TestDatabase = { dsn: string; drop: () => Promise<void> }

const CONNECTED_WITHIN_MS = 60_000

let shared: Promise<Mariadb> | undefined

/**
 * The test process's SQL server, started at the first call: `TEST_MYSQL_URL` (with a user that may create databases)
 * where given, else a private MariaDB, or MySQL under `npm test -- --mysql`. `stop` is optional; the server ends with the process.
 */
export function startMariadb(): Promise<Mariadb> {
  shared ??= startShared()
  return shared
}

/** An empty database of its own on the shared server. */
export async function createDatabase(): Promise<TestDatabase> {
  const { url } = await startMariadb()
  const name = `test_${randomBytes(6).toString('hex')}`
  await execute(url, `CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`)
  const dsn = new URL(url)
  dsn.pathname = `/${name}`
  return { dsn: dsn.href, drop: () => execute(url, `DROP DATABASE IF EXISTS ${name}`) }
}

async function startShared(): Promise<Mariadb> {
  if (process.env.TEST_DATABASE === 'mysql') return startMysql()
  const given = process.env.TEST_MYSQL_URL
  if (given) return { url: given, stop: async () => {} }
  const server = findBinary('mariadbd') ? await startProgram() : await startContainer()
  const stop = async () => {
    shared = undefined
    await server.stop()
  }
  return { url: server.url, stop }
}

async function startProgram(): Promise<Mariadb> {
  const { url, launched } = await mariadbProgram(FORGETFUL)
  const { stop } = await launch(launched)
  return { url, stop }
}

/** How to launch a MariaDB of its own, again and again on the same data. */
export async function mariadbProgram(flags: string[]): Promise<{ url: string; launched: Launch }> {
  const folder = dataFolder('mariadb')
  const port = await freePort()
  const data = join(folder, 'data')
  await install(folder, data)
  const user = process.getuid?.() === 0 ? ['--user=root'] : []
  const launched = {
    command: findBinary('mariadbd')!,
    args: [
      '--no-defaults',
      ...user,
      ...baseFolder(folder),
      `--datadir=${data}`,
      `--socket=${join(folder, 's')}`,
      ...ownTemporaryFolder(folder),
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      '--skip-name-resolve',
      '--max-connections=500',
      // A busy machine takes longer than the default of ten seconds to greet a client.
      '--connect-timeout=120',
      ...flags,
    ],
    ports: [port],
  }
  return { url: `mysql://root@127.0.0.1:${port}/`, launched }
}

/** Nothing here must survive a power cut. */
const FORGETFUL = [
  '--innodb-flush-log-at-trx-commit=0',
  '--innodb-flush-method=nosync',
  '--skip-innodb-doublewrite',
  '--innodb-log-file-size=16M',
]

async function install(folder: string, data: string): Promise<void> {
  const extra = join(folder, 'extra.sql')
  writeFileSync(
    extra,
    `FLUSH PRIVILEGES;\nGRANT ALL ON *.* TO root@'127.0.0.1' IDENTIFIED BY '' WITH GRANT OPTION;\n`,
  )
  const user = process.getuid?.() === 0 ? ['--user=root'] : []
  await runToEnd(findBinary('mariadb-install-db')!, [
    '--no-defaults',
    ...user,
    ...baseFolder(folder),
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
    '--skip-name-resolve',
    `--extra-file=${extra}`,
    `--datadir=${data}`,
    ...ownTemporaryFolder(folder),
  ])
}

/** A server that starts deletes the temporary tables of the folder, also those of another server that is being installed. */
function ownTemporaryFolder(folder: string): string[] {
  return [`--tmpdir=${folder}`]
}

/**
 * A MariaDB that was unpacked into the cache gets the place of its support files: through a link, because
 * mariadb-install-db takes no path with a space in it.
 */
function baseFolder(folder: string): string[] {
  if (dirname(findBinary('mariadbd')!) !== join(SERVICES_CACHE, 'bin')) return []
  const link = join(folder, 'base')
  if (!existsSync(link)) symlinkSync(join(SERVICES_CACHE, 'root', 'usr'), link)
  return [`--basedir=${link}`]
}

async function startContainer(): Promise<Mariadb> {
  const docker = findBinary('docker')
  if (!docker) throw new Error('No MariaDB: install mariadbd or Docker, or set TEST_MYSQL_URL')
  const port = await freePort()
  const name = `account-server-test-mariadb-${process.pid}`
  const inMemory = ['--tmpfs', '/var/lib/mysql', '--env', 'MARIADB_ALLOW_EMPTY_ROOT_PASSWORD=1']
  const run = ['run', '--rm', '--name', name, '--publish', `127.0.0.1:${port}:3306`]
  const args = [...run, ...inMemory, dockerImage('mariadb'), ...FORGETFUL]
  const { stop } = await launch({ command: docker, args, ports: [port] })
  const url = `mysql://root@127.0.0.1:${port}/`
  await answering(url)
  return { url, stop: () => runToEnd(docker, ['rm', '--force', name]).then(stop) }
}

// The container's port is open before, and while, its server is set up.
async function answering(url: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await execute(url, 'SELECT 1')
    } catch (error) {
      if (attempt === 300) throw error
      await pause(100)
    }
  }
}

async function execute(url: string, sql: string): Promise<void> {
  const connection = await createConnection({ uri: url, connectTimeout: CONNECTED_WITHIN_MS })
  try {
    await connection.query(sql)
  } finally {
    await connection.end()
  }
}
