/** A private MySQL, for `npm test -- --mysql`: one per test process, as with MariaDB. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createConnection } from 'mysql2/promise'
import { findBinary } from '../../scripts/find-binary.mjs'
import { MYSQL_IMAGE, mysqlCommand } from '../../scripts/mysql.mjs'
import { dataFolder, freePort, launch, pause, runToEnd } from './service-process.ts'

type Mysql = { url: string; stop: () => Promise<void> }

/** Nothing here must survive a power cut. */
const FORGETFUL = ['--innodb-flush-log-at-trx-commit=0', '--innodb-doublewrite=OFF', '--disable-log-bin']
const SHARED = ['--mysqlx=OFF', '--max-connections=500', '--connect-timeout=120', ...FORGETFUL]
const ATTEMPTS = 600

/** `TEST_MYSQL_URL` where given, else the program from Debian, else a container. */
export async function startMysql(): Promise<Mysql> {
  const given = process.env.TEST_MYSQL_URL
  const server = given ? { url: given, stop: async () => {} } : await startOwn()
  refuseMariadb(await versionOf(server.url))
  return server
}

async function startOwn(): Promise<Mysql> {
  const command = mysqlCommand()
  return command ? startProgram(command) : startContainer()
}

async function startProgram([program = '', ...first]: string[]): Promise<Mysql> {
  const folder = dataFolder('mysql')
  const port = await freePort()
  const user = process.getuid?.() === 0 ? ['--user=root'] : []
  const place = [...first, ...user, `--datadir=${join(folder, 'data')}`, '--secure-file-priv=']
  await runToEnd(program, [...place, '--initialize-insecure', ...FORGETFUL])
  const init = join(folder, 'init.sql')
  writeFileSync(
    init,
    "CREATE USER root@'127.0.0.1' IDENTIFIED BY '';\nGRANT ALL ON *.* TO root@'127.0.0.1' WITH GRANT OPTION;\n",
  )
  const address = [`--socket=${join(folder, 's')}`, `--port=${port}`, '--bind-address=127.0.0.1']
  const args = [...place, ...address, '--skip-name-resolve', `--init-file=${init}`, ...SHARED]
  const { stop } = await launch({ command: program, args, ports: [port] })
  return { url: `mysql://root@127.0.0.1:${port}/`, stop }
}

async function startContainer(): Promise<Mysql> {
  const docker = findBinary('docker')
  if (!docker) throw new Error('No MySQL: install Docker, or set TEST_MYSQL_URL')
  const port = await freePort()
  const name = `account-server-test-mysql-${process.pid}`
  const run = ['run', '--rm', '--name', name, '--publish', `127.0.0.1:${port}:3306`]
  const inMemory = ['--tmpfs', '/var/lib/mysql', '--env', 'MYSQL_ALLOW_EMPTY_PASSWORD=1']
  const args = [...run, ...inMemory, MYSQL_IMAGE, ...SHARED]
  const { stop } = await launch({ command: docker, args, ports: [port] })
  const url = `mysql://root@127.0.0.1:${port}/`
  return { url, stop: () => runToEnd(docker, ['rm', '--force', name]).then(stop) }
}

/** A port is open before its server takes a sign-in. */
async function versionOf(url: string): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const connection = await createConnection(url)
      const [rows] = await connection.query('SELECT VERSION() AS version')
      await connection.end()
      const [row] = rows as { version: string }[]
      return row?.version ?? ''
    } catch (error) {
      if (attempt === ATTEMPTS) throw error
      await pause(100)
    }
  }
}

function refuseMariadb(version: string): void {
  if (/mariadb/i.test(version)) throw new Error(`TEST_MYSQL_URL: got MariaDB (${version}), takes MySQL`)
}
