import { expect } from 'chai'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { register } from '../../src/accounts/journeys/sign-up.ts'
import { configOfWorker, loadConfig } from '../../src/settings/config.ts'
import { startServer, TEST_PASSWORD } from '../support/running-server.ts'
import { startRedis } from '../support/services.ts'
import { read, SERVICE } from './environment.ts'

/** Connections of others. */
async function clientsOf(url: string): Promise<number> {
  const redis = new Redis(url)
  try {
    const list = String(await redis.client('LIST'))
    return list.trim().split('\n').length - 1
  } finally {
    redis.disconnect()
  }
}

describe('settings that are not set', () => {
  it('have the defaults of the replaced systems, and those that decision 0029 gives [A01]', () => {
    const config = read({})
    expect(config).to.include({ host: '127.0.0.1', port: 8700, workers: 1, serverName: 'Account Server' })
    expect(config.tokens).to.include({ accessTokenExpireSeconds: 3600, refreshTokenExpireSeconds: 90_000 })
    expect(config.database.mysqlConnectArgs).to.eql({ connect_timeout: 3 })
    expect(config.log).to.include({ prefix: 'account-server', level: 'info' })
    expect(config.log.dir).to.equal(join(config.dataDir, 'logs'))
    expect(read(SERVICE).log.dir).to.equal(undefined)
  })
})

describe('the setting WORKER_REDIS_DSN', () => {
  it('is where a worker process finds Redis, and no server does [A02]', async () => {
    const other = await startRedis()
    const env = { ACCOUNT_SERVER_WORKER_REDIS_DSN: other.url }
    const server = await startServer({ store: 'mariadb+redis', processes: 1, env })
    try {
      expect(await clientsOf(other.url), 'the worker').to.be.at.least(1)
      const email = 'worker@example.org'
      const ip = '192.0.2.1'
      expect(await register(server.parts, { email, password: TEST_PASSWORD, ip })).to.include({ ok: true })
      expect((await server.waitForMail(email)).subject).to.match(/^Activate/)
      const config = loadConfig(server.env, { persist: false })
      expect([config.redisDsn, configOfWorker(config).redisDsn]).to.eql([server.redisUrl, other.url])
    } finally {
      await server.stop()
      await other.stop()
    }
  })
})

describe('the setting DEBUG', () => {
  it('logs each statement with its time, and no value of it [A01]', async () => {
    for (const debug of ['true', 'false']) {
      const server = await startServer({ store: 'sqlite', env: { ACCOUNT_SERVER_DEBUG: debug } })
      try {
        const { email } = await server.createAccount()
        const lines = server.log().split('\n')
        const statements = lines.filter((line) => line.includes('"sql.answered"'))
        if (debug === 'false') expect(statements, debug).to.eql([])
        else expect(statements.join('\n'), debug).to.match(/insert into .{0,5}accounts.*"ms":\d+/)
        expect(lines.join('\n'), debug).not.to.contain(email)
      } finally {
        await server.stop()
      }
    }
  })
})
