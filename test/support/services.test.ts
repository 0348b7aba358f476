import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { expect } from 'chai'
import { Cluster, Redis } from 'ioredis'
import { openDatabase } from '../../src/platform/sql/database.ts'
import { pause } from './service-process.ts'
import { createDatabase, findChromium, freePort, startRedis, startRedisCluster } from './services.ts'

describe('services for tests', () => {
  it('give every caller an empty database of its own', async () => {
    const [one, other] = await Promise.all([createDatabase(), createDatabase()])
    const db = openDatabase({ mysqlDsn: one.dsn, sqliteFile: '' })
    await db.raw('CREATE TABLE things (id INT)')
    const elsewhere = openDatabase({ mysqlDsn: other.dsn, sqliteFile: '' })
    expect(await db.schema.hasTable('things')).to.equal(true)
    expect(await elsewhere.schema.hasTable('things')).to.equal(false)
    await Promise.all([db.destroy(), elsewhere.destroy()])
    await Promise.all([one.drop(), other.drop()])
  })

  it('run the SQL server that was asked for: MariaDB, or MySQL 8 and newer', async () => {
    const { dsn, drop } = await createDatabase()
    const db = openDatabase({ mysqlDsn: dsn, sqliteFile: '' })
    const [[row]] = (await db.raw('SELECT VERSION() AS version')) as [{ version: string }[]]
    const isMariadb = /mariadb/i.test(row!.version)
    if (process.env.TEST_DATABASE === 'mysql') expect(isMariadb, row!.version).to.equal(false)
    else if (!process.env.TEST_MYSQL_URL) expect(isMariadb, row!.version).to.equal(true)
    if (!isMariadb) expect(Number.parseInt(row!.version, 10)).to.be.at.least(8)
    await db.destroy()
    await drop()
  })

  it('start a Redis that answers and is gone after stop', async () => {
    const { url, stop } = await startRedis()
    const redis = new Redis(url, { retryStrategy: () => null })
    redis.on('error', () => {})
    expect(await redis.ping()).to.equal('PONG')
    await stop()
    if (process.env.TEST_REDIS_URL) redis.disconnect()
    else expect(await redis.ping().catch(() => 'gone')).to.equal('gone')
  })

  it('are waited for when they stop, also in a process with nothing else to do', async () => {
    const address = new URL('service-process.ts', import.meta.url).href
    const program = `
      const { launch } = await import('${address}')
      const { stop } = await launch({ command: 'sleep', args: ['60'], ports: [] })
      await stop()
      process.stdout.write('stopped')`
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program])
    const [output] = await Promise.all([text(child.stdout), once(child, 'close')])
    expect(output).to.equal('stopped')
  })

  it('form a Redis Cluster of masters that serve all slots', async () => {
    const { nodes, stop } = await startRedisCluster()
    const cluster = new Cluster(nodes)
    const keys = Array.from({ length: 30 }, (_, index) => `key-${index}`)
    await Promise.all(keys.map((key) => cluster.set(key, key)))
    expect(await Promise.all(keys.map((key) => cluster.get(key)))).to.eql(keys)
    expect(cluster.nodes('master')).to.have.length(3)
    cluster.disconnect()
    await stop()
  })

  it('find a browser', async () => {
    expect(await findChromium()).to.match(/chrom/i)
  })

  it('never give one port twice', async () => {
    const ports = await Promise.all(Array.from({ length: 50 }, freePort))
    expect(new Set(ports).size).to.equal(50)
  })

  it('end with the process that started them, even when that is killed', async function () {
    if (process.platform !== 'linux' || process.env.TEST_REDIS_URL) return
    const services = new URL('./services.ts', import.meta.url).href
    const script = `const { startRedis } = await import('${services}'); console.log((await startRedis()).url)
      setInterval(() => {}, 1000)`
    const parent = spawn(process.execPath, ['--input-type=module', '--eval', script])
    const url = await new Promise<string>((resolve) => {
      parent.stdout.once('data', (data: Buffer) => resolve(data.toString().trim()))
    })
    const ended = once(parent, 'exit')
    parent.kill('SIGKILL')
    await ended
    while (await answers(url)) await pause(20)
    await (await startRedis()).stop()
    const left = readdirSync('/dev/shm').filter((name) =>
      name.startsWith(`account-server-test-${parent.pid}-`),
    )
    expect(left).to.eql([])
  })
})

async function answers(url: string): Promise<boolean> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null })
  redis.on('error', () => {})
  const pong = await redis.ping().catch(() => undefined)
  redis.disconnect()
  return pong === 'PONG'
}
