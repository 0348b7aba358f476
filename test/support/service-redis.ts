/** Private Redis servers: one alone, or three masters that form a cluster. */
import { Redis } from 'ioredis'
import { findBinary } from '../../scripts/find-binary.mjs'
import { dockerImage } from '../../scripts/services.mjs'
import { clusterPort, dataFolder, freePort, launch, pause, runToEnd } from './service-process.ts'

export type RedisServer = { url: string; stop: () => Promise<void> }
export type RedisNode = { host: string; port: number }
/** `url` names the first node; a cluster client finds the others from it. */
export type RedisCluster = RedisServer & { nodes: RedisNode[] }

const HOST = '127.0.0.1'
const SLOTS = 16_384
const MASTERS = 3
const FORM_WITHIN_MS = 60_000

/** A Redis of its own: `TEST_REDIS_URL` where given (shared then: use key prefixes), else a private server. */
export async function startRedis(): Promise<RedisServer> {
  const given = process.env.TEST_REDIS_URL
  if (given) return { url: given, stop: async () => {} }
  const port = await freePort()
  const stop = await startNodes([port], [])
  return { url: `redis://${HOST}:${port}`, stop }
}

/** Three masters without replicas that share all slots: `TEST_REDIS_CLUSTER_URL` where given, else private servers. */
export async function startRedisCluster(): Promise<RedisCluster> {
  const given = process.env.TEST_REDIS_CLUSTER_URL
  if (given) return { url: given, nodes: [addressOf(given)], stop: async () => {} }
  const ports = await Promise.all(Array.from({ length: MASTERS }, clusterPort))
  const stop = await startNodes(ports, ['--cluster-enabled', 'yes', '--cluster-node-timeout', '1000'])
  try {
    await formCluster(ports)
  } catch (error) {
    await stop()
    throw error
  }
  const nodes = ports.map((port) => ({ host: HOST, port }))
  return { url: `redis://${HOST}:${ports[0]}`, nodes, stop }
}

function addressOf(url: string): RedisNode {
  const { hostname, port } = new URL(url)
  return { host: hostname, port: Number(port || 6379) }
}

async function startNodes(ports: number[], extra: string[]): Promise<() => Promise<void>> {
  if (!findBinary('redis-server')) return startContainer(ports, extra)
  const running = await Promise.all(
    ports.map((port) =>
      launch({
        command: findBinary('redis-server')!,
        args: [...serverArguments(port, extra), '--bind', HOST, '--dir', dataFolder(`redis-${port}`)],
        ports: [port],
      }),
    ),
  )
  return async () => {
    await Promise.all(running.map(({ stop }) => stop()))
  }
}

function serverArguments(port: number, extra: string[]): string[] {
  const perNode = extra.length > 0 ? ['--cluster-config-file', `nodes-${port}.conf`] : []
  return ['--port', String(port), '--save', '', '--appendonly', 'no', ...extra, ...perNode]
}

/** All nodes in one container, so that they reach each other on the addresses that the tests use. */
async function startContainer(ports: number[], extra: string[]): Promise<() => Promise<void>> {
  const docker = findBinary('docker')
  if (!docker) throw new Error('No Redis: install redis-server or Docker, or set TEST_REDIS_URL')
  const name = `account-server-test-redis-${process.pid}-${ports[0]}`
  const script = ports
    .map((port) =>
      serverArguments(port, extra)
        .map((part) => `'${part}'`)
        .join(' '),
    )
    .map((args) => `redis-server ${args} --protected-mode no &`)
    .join(' ')
  const published = ports.flatMap((port) => ['--publish', `${HOST}:${port}:${port}`])
  const { stop } = await launch({
    command: docker,
    args: ['run', '--rm', '--name', name, ...published, dockerImage('redis'), 'sh', '-c', `${script} wait`],
    ports,
  })
  return () => runToEnd(docker, ['rm', '--force', name]).then(stop)
}

async function formCluster(ports: number[]): Promise<void> {
  const clients = ports.map((port) => new Redis({ host: HOST, port, lazyConnect: true }))
  try {
    await Promise.all(
      clients.map((client, index) => client.call('CLUSTER', 'ADDSLOTSRANGE', ...slots(index))),
    )
    const [first, ...others] = clients
    for (const port of ports.slice(1)) await first!.call('CLUSTER', 'MEET', HOST, String(port))
    await Promise.all([first!, ...others].map(knowsAll))
  } finally {
    for (const client of clients) client.disconnect()
  }
}

function slots(index: number): string[] {
  const size = Math.ceil(SLOTS / MASTERS)
  return [String(index * size), String(Math.min((index + 1) * size, SLOTS) - 1)]
}

async function knowsAll(client: Redis): Promise<void> {
  const deadline = Date.now() + FORM_WITHIN_MS
  for (;;) {
    const info = String(await client.call('CLUSTER', 'INFO'))
    if (info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${MASTERS}`)) return
    if (Date.now() > deadline) throw new Error(`the cluster did not form: ${info}`)
    await pause(20)
  }
}
