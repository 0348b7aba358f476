/** A private PostgreSQL where Debian's is installed: what people move from. Nothing here needs it otherwise. */
import { chownSync, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { findBinary } from '../../scripts/find-binary.mjs'
import { dataFolder, freePort, launch, pause, runToEnd } from './service-process.ts'

const DEBIAN = '/usr/lib/postgresql'
/** `nobody` of Debian: PostgreSQL refuses to run as root. */
const NOBODY = 65_534

/** The folder of its programs; undefined where it is not installed. */
export function postgresPrograms(): string | undefined {
  if (!existsSync(DEBIAN) || !findBinary('psql')) return undefined
  const versions = readdirSync(DEBIAN).toSorted((a, b) => Number(b) - Number(a))
  return versions
    .map((version) => join(DEBIAN, version, 'bin'))
    .find((bin) => existsSync(join(bin, 'initdb')))
}

/** `connection` is what psql takes. */
export async function startPostgres(
  programs: string,
): Promise<{ connection: string; run: (sql: string) => Promise<void>; stop: () => Promise<void> }> {
  const folder = dataFolder('postgresql')
  const [data, port] = [join(folder, 'data'), await freePort()]
  mkdirSync(data)
  const isRoot = process.getuid?.() === 0
  if (isRoot) for (const path of [folder, data]) chownSync(path, NOBODY, NOBODY)
  const own = (command: string, args: string[]): [string, string[]] =>
    isRoot
      ? [
          findBinary('setpriv') ?? 'setpriv',
          ['--reuid', `${NOBODY}`, '--regid', `${NOBODY}`, '--clear-groups', command, ...args],
        ]
      : [command, args]
  await runToEnd(
    ...own(join(programs, 'initdb'), [
      '-D',
      data,
      '-U',
      'postgres',
      '--auth=trust',
      '--encoding=UTF8',
      '--no-sync',
    ]),
  )
  const [command, args] = own(join(programs, 'postgres'), [
    '-D',
    data,
    '-k',
    '',
    '-h',
    '127.0.0.1',
    '-p',
    `${port}`,
    '-c',
    'fsync=off',
  ])
  const { stop } = await launch({ command, args, ports: [port] })
  const connection = `host=127.0.0.1 port=${port} user=postgres dbname=postgres`
  const run = (sql: string) =>
    runToEnd(findBinary('psql') ?? 'psql', ['-q', '-v', 'ON_ERROR_STOP=1', connection, '-c', sql])
  await answering(() => run('select 1'))
  return { connection, run, stop }
}

const STARTS_WITHIN_MS = 60_000

/** It takes connections before it answers them. */
async function answering(ask: () => Promise<void>): Promise<void> {
  const deadline = Date.now() + STARTS_WITHIN_MS
  for (;;)
    try {
      return await ask()
    } catch (error) {
      if (!String(error).includes('is starting up') || Date.now() > deadline) throw error
      await pause(25)
    }
}
