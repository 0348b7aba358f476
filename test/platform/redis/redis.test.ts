import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { Cluster, Redis } from 'ioredis'
import { openRedis } from '../../../src/platform/redis/redis.ts'
import { countRoundTrips } from '../../support/round-trips.ts'
import type { RedisClient } from '../../../src/platform/redis/redis.ts'
import { freePort, startRedis, startRedisCluster } from '../../support/services.ts'

describe('openRedis', () => {
  const opened: RedisClient[] = []
  const open = (dsn: string, settings?: Parameters<typeof openRedis>[1]) => {
    const client = openRedis(dsn, settings)
    opened.push(client)
    return client
  }
  afterEach(() => {
    for (const client of opened.splice(0)) client.disconnect()
  })

  const optionsOf = (client: RedisClient) => (client instanceof Redis ? client.options : {})

  it('reads address, database and credentials from redis:// and rediss://', () => {
    const plain = optionsOf(open('redis://me:p%40ss:word@cache.invalid:7000/3'))
    expect(plain).to.include({
      host: 'cache.invalid',
      port: 7000,
      db: 3,
      username: 'me',
      password: 'p@ss:word',
    })
    expect(Boolean(plain.tls)).to.equal(false)
    const secret = optionsOf(open('rediss://:only-password@[::1]'))
    expect(secret).to.include({ host: '::1', port: 6379, db: 0, password: 'only-password' })
    expect(secret.username ?? undefined).to.equal(undefined)
    expect(secret.tls).to.deep.equal({})
  })

  it('reads sentinels and the name of the master', () => {
    const options = optionsOf(open('redis+sentinel://:p@a.invalid:1,b.invalid/accounts'))
    expect(options).to.include({ name: 'accounts', password: 'p', db: 0 })
    expect(options.sentinels).to.deep.equal([
      { host: 'a.invalid', port: 1 },
      { host: 'b.invalid', port: 26_379 },
    ])
  })

  it('refuses what it does not understand, without repeating a password', () => {
    for (const dsn of [
      '',
      'http://a',
      'redis://',
      'redis://h:port',
      'redis+sentinel://h:1',
      'mysql://u:hunter2@h/d',
    ]) {
      expect(() => open(dsn), dsn)
        .to.throw(TypeError)
        .with.property('message')
        .that.does.not.include('hunter2')
    }
  })

  it('speaks to a server and to a cluster', async function () {
    const [server, cluster] = await Promise.all([startRedis(), startRedisCluster()])
    const hosts = cluster.nodes.map(({ host, port }) => `${host}:${port}`).join(',')
    for (const dsn of [server.url, `redis+cluster://${hosts}`]) {
      const client = open(dsn)
      await client.set('{a}:1', 'x', 'PX', 60_000)
      expect(await client.mget('{a}:1', '{a}:2'), dsn).to.deep.equal(['x', null])
    }
    expect(opened[1]).to.be.instanceOf(Cluster)
    await Promise.all([server.stop(), cluster.stop()])
  })

  it('counts commands, and those under way together as one round trip', async () => {
    const server = await startRedis()
    const client = open(server.url)
    await client.ping()
    const counts = countRoundTrips(client)
    await Promise.all([client.get('a'), client.get('b')])
    expect(counts).to.include({ commands: 2, roundTrips: 1 })
    await client.get('c')
    expect(counts).to.include({ commands: 3, roundTrips: 2 })
    counts.reset()
    expect(counts).to.include({ commands: 0, roundTrips: 0 })
    await server.stop()
  })

  it('fails within its time when nothing listens, and when a server accepts but does not speak', async function () {
    const mute = createServer(() => undefined).listen(0, '127.0.0.1')
    await once(mute, 'listening')
    const silent = (mute.address() as AddressInfo).port
    const closed = await freePort()
    for (const address of [`127.0.0.1:${closed}`, `127.0.0.1:${silent}`]) {
      for (const scheme of ['redis', 'redis+cluster']) {
        const client = open(`${scheme}://${address}`, { commandTimeoutMs: 400 })
        const startedAtMs = Date.now()
        const outcome = await client.get('a').then(
          () => 'an answer',
          () => 'an error',
        )
        expect(outcome, `${scheme} ${address}`).to.equal('an error')
        expect(Date.now() - startedAtMs, `${scheme} ${address}`).to.be.lessThan(60_000)
        client.disconnect()
      }
    }
    mute.close()
  })
})
