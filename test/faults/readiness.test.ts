import { expect } from 'chai'
import { Redis } from 'ioredis'
import { createConnection } from 'mysql2/promise'
import type { Connection } from 'mysql2/promise'
import { systemClock } from '../../src/platform/clock.ts'
import { openDatabase } from '../../src/platform/sql/database.ts'
import { createLogger } from '../../src/platform/logging/log.ts'
import { migrate } from '../../src/platform/sql/migrate.ts'
import { openRedis } from '../../src/platform/redis/redis.ts'
import { countRoundTrips } from '../support/round-trips.ts'
import { writeProbes } from '../../src/process/readiness.ts'
import { openStage, until } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { mariadbProgram } from '../support/service-mariadb.ts'
import { launch } from '../support/service-process.ts'
import type { Running } from '../support/service-process.ts'
import { createDatabase, startRedis, startRedisCluster } from '../support/services.ts'

const READY = JSON.stringify({ status: 'ready' })
const unready = (...failed: string[]) => JSON.stringify({ status: 'unready', failed })

describe('readiness writes what it says can be written', function () {
  const answerOf = async (stage: Stage) => {
    const { status, text } = await stage.send({ to: '/health/ready' })
    return `${status} ${text}`
  }
  const becomes = (stage: Stage, expected: string) =>
    until(async () => (await answerOf(stage)) === expected, `it answers ${expected}`)

  describe('of a service', () => {
    let server: Running
    let root: Connection
    let stage: Stage

    before(async () => {
      const { url, launched } = await mariadbProgram([])
      server = await launch(launched)
      root = await createConnection(url)
      await root.query('CREATE DATABASE accounts CHARACTER SET utf8mb4 COLLATE utf8mb4_bin')
      await root.query("CREATE USER app@'%' IDENTIFIED BY 'app'")
      await root.query("GRANT ALL ON accounts.* TO app@'%'")
      const own = { username: 'app', password: 'app', pathname: '/accounts' }
      const env = { ACCOUNT_SERVER_MYSQL_DSN: Object.assign(new URL(url), own).href }
      stage = await openStage({ store: 'mariadb+redis', processes: 1, env })
    })
    after(async () => {
      root.destroy()
      await stage.stop()
      await server.stop()
    })

    it('is 503 and names Redis while it is full, and ready again when there is room [S-5.22]', async () => {
      const redis = new Redis(stage.redisUrl!)
      expect(await answerOf(stage)).to.equal(`200 ${READY}`)
      await redis.config('SET', 'maxmemory', '1')
      expect(await redis.ping()).to.equal('PONG')
      await becomes(stage, `503 ${unready('redis')}`)
      expect(stage.log()).to.contain('ready.not_written')
      await redis.config('SET', 'maxmemory', '0')
      redis.disconnect()
      await becomes(stage, `200 ${READY}`)
    })

    it('is 503 and names the database while MariaDB is read-only [S-5.23]', async () => {
      expect(await answerOf(stage)).to.equal(`200 ${READY}`)
      await root.query('SET GLOBAL read_only = 1')
      await becomes(stage, `503 ${unready('database')}`)
      await root.query('SET GLOBAL read_only = 0')
      await becomes(stage, `200 ${READY}`)
    })
  })

  it('is 503 while one master of a cluster is full', async () => {
    const cluster = await startRedisCluster()
    const hosts = cluster.nodes.map(({ host, port }) => `${host}:${port}`).join(',')
    const env = { ACCOUNT_SERVER_REDIS_DSN: `redis+cluster://${hosts}` }
    const stage = await openStage({ store: 'mariadb+redis', processes: 1, env })
    const master = new Redis(await masterOf(cluster.nodes))
    try {
      await becomes(stage, `200 ${READY}`)
      await master.config('SET', 'maxmemory', '1')
      await becomes(stage, `503 ${unready('redis')}`)
      await master.config('SET', 'maxmemory', '0')
      await becomes(stage, `200 ${READY}`)
    } finally {
      master.disconnect()
      await stage.stop()
      await cluster.stop()
    }
  })

  it('fails while SQLite takes no writes', async () => {
    const db = openDatabase({ sqliteFile: ':memory:' })
    await migrate(db)
    const { database } = writeProbes({
      redis: undefined,
      db,
      clock: systemClock,
      log: createLogger('silent', 'test'),
    })
    await db.raw('PRAGMA query_only = ON')
    const failure = await database!().catch((error: unknown) => error)
    expect(failure).to.have.property('code', 'SQLITE_READONLY')
    await db.raw('PRAGMA query_only = OFF')
    const works = () =>
      database!().then(
        () => true,
        () => false,
      )
    await until(works, 'it writes again')
    await db.destroy()
  })

  it('writes once a second, however many ask', async () => {
    const [server, database] = await Promise.all([startRedis(), createDatabase()])
    const redis = openRedis(server.url)
    const db = openDatabase({ sqliteFile: '', mysqlDsn: database.dsn })
    await migrate(db)
    await redis.ping()
    const counted = countRoundTrips(redis)
    const probes = writeProbes({
      db,
      redis,
      clock: systemClock,
      log: createLogger('silent', 'test'),
    })
    const startedAtMs = performance.now()
    let rounds = 0
    while (performance.now() - startedAtMs < 2500) {
      await Promise.all(Array.from({ length: 50 }, () => [probes['database']!(), probes['redis']!()]).flat())
      rounds += 1
    }
    const seconds = (performance.now() - startedAtMs) / 1000
    expect(rounds).to.be.greaterThan(10)
    expect(counted.commands).to.be.within(2, Math.ceil(seconds) + 1)
    expect(await db('attempt_buckets').pluck('bucket')).to.have.length(1)
    redis.disconnect()
    await db.destroy()
    await Promise.all([server.stop(), database.drop()])
  })
})

async function masterOf(nodes: { host: string; port: number }[]) {
  for (const node of nodes) {
    const client = new Redis(node)
    const [role] = (await client.role()) as [string]
    client.disconnect()
    if (role === 'master') return node
  }
  throw new Error('no master')
}
