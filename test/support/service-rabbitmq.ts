/**
 * One RabbitMQ for all test files of a process, since its start takes seconds: `TEST_RABBITMQ_URL` where given, else
 * Debian's. It ends with the process. Use names of your own.
 */
import { spawnSync } from 'node:child_process'
import { findBinary } from '../../scripts/find-binary.mjs'
import { dockerImage } from '../../scripts/services.mjs'
import { BARE_ENVIRONMENT, dataFolder, freePort, launch } from './service-process.ts'

/** `pid`: of the server itself, where it runs on this machine and was started here. */
export type Rabbitmq = { url: string; pid?: number | undefined }

let shared: Promise<Rabbitmq> | undefined

export function startRabbitmq(): Promise<Rabbitmq> {
  return (shared ??= start())
}

async function start(): Promise<Rabbitmq> {
  const given = process.env.TEST_RABBITMQ_URL
  if (given) return { url: given }
  const [server, epmd] = [findBinary('rabbitmq-server'), findBinary('epmd')]
  if (!server || !epmd) return startContainer()
  const [port, distribution, mapper] = [await freePort(), await freePort(), await freePort()]
  const folder = dataFolder(`rabbitmq-${port}`)
  const env = {
    ...BARE_ENVIRONMENT,
    HOME: folder,
    ERL_EPMD_PORT: String(mapper),
    RABBITMQ_DIST_PORT: String(distribution),
    RABBITMQ_NODE_PORT: String(port),
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_NODENAME: `test${port}@localhost`,
    RABBITMQ_MNESIA_BASE: `${folder}/mnesia`,
    RABBITMQ_LOG_BASE: `${folder}/log`,
    RABBITMQ_ENABLED_PLUGINS_FILE: `${folder}/plugins`,
    RABBITMQ_CONF_ENV_FILE: '/dev/null',
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+S 1:1',
    // The script becomes the server, so that its end is the server's.
    RUNNING_UNDER_SYSTEMD: 'true',
  }
  // Started beside the server: the one that it starts itself would outlive it.
  await launch({
    command: epmd,
    args: ['-port', String(mapper), '-address', '127.0.0.1'],
    ports: [mapper],
  })
  const broker = await launch({ command: scriptOf(server), args: [], ports: [port], env })
  return { url: `amqp://guest:guest@127.0.0.1:${port}`, pid: broker.child.pid }
}

/** Debian's program of this name becomes the user `rabbitmq`, who cannot write to our folder. */
function scriptOf(found: string): string {
  return found === '/usr/sbin/rabbitmq-server' ? '/usr/lib/rabbitmq/bin/rabbitmq-server' : found
}

async function startContainer(): Promise<Rabbitmq> {
  const docker = findBinary('docker')
  if (!docker) throw new Error('No RabbitMQ: install rabbitmq-server or Docker, or set TEST_RABBITMQ_URL')
  const port = await freePort()
  const name = `account-server-test-rabbitmq-${process.pid}-${port}`
  const args = ['run', '--rm', '--name', name, '--publish', `127.0.0.1:${port}:5672`, dockerImage('rabbitmq')]
  process.once('exit', () => spawnSync(docker, ['rm', '--force', name]))
  await launch({ command: docker, args, ports: [port] })
  return { url: `amqp://guest:guest@127.0.0.1:${port}` }
}
