/** A Redis with a replica and a Sentinel that promotes it, and what such a failover loses. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { findBinary } from '../../scripts/find-binary.mjs'
import { until } from '../provider/stage.ts'
import { dataFolder, freePort, launch } from '../support/service-process.ts'
import { startKillableRedis } from './killable.ts'

export type Losing = {
  dsn: string
  /** What `work` has Redis do is acknowledged, and forgotten by the time this resolves. */
  forgetting: <T>(work: () => Promise<T>) => Promise<T>
  end: () => Promise<void>
}

/** Killed, it goes on from its last snapshot; as often as one likes. */
export async function openSnapshots(): Promise<Losing> {
  const redis = await startKillableRedis({ forgetful: true })
  const client = connect(redis.url)
  return {
    dsn: redis.url,
    async forgetting(work) {
      await client.save()
      const done = await work()
      await redis.kill()
      await redis.start()
      return done
    },
    async end() {
      client.disconnect()
      await redis.kill()
    },
  }
}

/** Killed, its replica takes its place, which was cut off when `work` began. Once. */
export async function openFailover(): Promise<Losing> {
  const [master, replica] = await Promise.all([startKillableRedis(), startKillableRedis()])
  const [ofMaster, ofReplica] = [connect(master.url), connect(replica.url)]
  await ofReplica.replicaof('127.0.0.1', Number(new URL(master.url).port))
  await until(async () => /master_link_status:up/.test(await ofReplica.info('replication')), 'in sync')
  const sentinel = await startSentinel(Number(new URL(master.url).port))
  return {
    dsn: `redis+sentinel://127.0.0.1:${sentinel.port}/main`,
    async forgetting(work) {
      await ofMaster.wait(1, 2000)
      await ofReplica.replicaof('127.0.0.1', 1)
      const done = await work()
      await master.kill()
      await until(async () => /role:master/.test(await ofReplica.info('replication')), 'promoted')
      return done
    },
    async end() {
      for (const client of [ofMaster, ofReplica]) client.disconnect()
      await Promise.all([sentinel.stop(), master.kill(), replica.kill()])
    },
  }
}

function connect(url: string): Redis {
  const client = new Redis(url)
  client.on('error', () => {})
  return client
}

async function startSentinel(masterPort: number) {
  const port = await freePort()
  const folder = dataFolder(`sentinel-${port}`)
  const file = join(folder, 'sentinel.conf')
  const lines = [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir "${folder}"`,
    `sentinel monitor main 127.0.0.1 ${masterPort} 1`,
    'sentinel down-after-milliseconds main 500',
    // Until then it also leaves a replica alone that was cut off.
    'sentinel failover-timeout main 20000',
  ]
  writeFileSync(file, lines.join('\n'))
  const { stop } = await launch({
    command: findBinary('redis-server')!,
    args: [file, '--sentinel'],
    ports: [port],
  })
  const client = connect(`redis://127.0.0.1:${port}`)
  await until(async () => {
    const replicas = (await client.call('SENTINEL', 'REPLICAS', 'main')) as unknown[]
    return replicas.length === 1
  }, 'the Sentinel knows the replica')
  client.disconnect()
  return { port, stop }
}
