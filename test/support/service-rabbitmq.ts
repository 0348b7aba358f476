/** A private RabbitMQ: `TEST_RABBITMQ_URL` where given (shared then: use names of your own), else Debian's. */
import { findBinary } from '../../scripts/find-binary.mjs'
import { dockerImage } from '../../scripts/services.mjs'
import { BARE_ENVIRONMENT, dataFolder, freePort, launch, runToEnd } from './service-process.ts'

export type Rabbitmq = { url: string; stop: () => Promise<void> }

export async function startRabbitmq(): Promise<Rabbitmq> {
  const given = process.env.TEST_RABBITMQ_URL
  if (given) return { url: given, stop: async () => {} }
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
  const names = await launch({
    command: epmd,
    args: ['-port', String(mapper), '-address', '127.0.0.1'],
    ports: [mapper],
  })
  const broker = await launch({ command: scriptOf(server), args: [], ports: [port], env })
  return {
    url: `amqp://guest:guest@127.0.0.1:${port}`,
    async stop() {
      await broker.stop()
      await names.stop()
    },
  }
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
  const { stop } = await launch({ command: docker, args, ports: [port] })
  return {
    url: `amqp://guest:guest@127.0.0.1:${port}`,
    stop: () => runToEnd(docker, ['rm', '--force', name]).then(stop),
  }
}
