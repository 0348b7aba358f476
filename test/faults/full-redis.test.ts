import { expect } from 'chai'
import { Redis } from 'ioredis'
import { register } from '../provider/relying-party.ts'
import { openStage, until } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { startRedis } from '../support/services.ts'
import type { RedisServer } from '../support/services.ts'

describe('a Redis with limited memory', function () {
  let server: RedisServer
  let redis: Redis
  let stage: Stage

  before(async () => {
    server = await startRedis()
    redis = new Redis(server.url)
    await redis.config('SET', 'maxmemory-policy', 'allkeys-lru')
    stage = await openStage({
      store: 'mariadb+redis',
      processes: 1,
      env: { ACCOUNT_SERVER_REDIS_DSN: server.url },
    })
  })
  after(async () => {
    await stage?.stop()
    redis.disconnect()
    await server.stop()
  })

  it('causes a warning at start when it may evict keys [S-5.8]', () => {
    const complaint = stage
      .log()
      .split('\n')
      .find((line) => line.includes('redis.evicts'))
    expect(complaint).to.contain('"policy":"allkeys-lru"').and.contain('"wanted":"noeviction"')
  })

  it('when it is full, leads to 503 for what has to be written, and nothing is lost [S-5.9]', async () => {
    const app = await register(stage)
    const { access_token, refresh_token } = await app.tokensFor(await stage.person())
    await redis.config('SET', 'maxmemory-policy', 'noeviction')
    await redis.config('SET', 'maxmemory', '1')
    try {
      const refused = await app.refresh(refresh_token)
      expect(refused.status, refused.text).to.equal(503)
      expect(Number(refused.headers['retry-after'])).to.be.at.least(1)
      expect(refused.text).not.to.match(/OOM|maxmemory/)
      expect((await app.introspect(access_token)).json()).to.include({ active: true })
    } finally {
      await redis.config('SET', 'maxmemory', '0')
    }
    await until(async () => (await app.refresh(refresh_token)).status === 200, 'there is room again')
  })
})
