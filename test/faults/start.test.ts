import { expect } from 'chai'
import { DECRYPTION_ALGS, SIGNING_ALGS } from '../../src/platform/algorithms.ts'
import { openDatabase } from '../../src/platform/sql/database.ts'
import type { Db } from '../../src/platform/sql/database.ts'
import { withStartupLock } from '../../src/platform/sql/migrate.ts'
import { until } from '../provider/stage.ts'
import { dataFolder, pause } from '../support/service-process.ts'
import { createDatabase, startRedis } from '../support/services.ts'
import { createGate } from './gate.ts'
import { serviceSettings, startProcess } from './server-process.ts'
import type { Environment, ServerProcess } from './server-process.ts'

const TOGETHER = 4
/** A server that is alive begins at once to prepare, unless it waits. */
const BEGINS_WITHIN_MS = 500

const status = async (server: ServerProcess, path: string) => (await server.get(path))?.status ?? 0

/** All of them come to the lock before one gets it, and begin nothing until then. */
async function startTogether(env: Environment, db: Db): Promise<ServerProcess[]> {
  const servers = await withStartupLock(db, async () => {
    const waiting = await Promise.all(Array.from({ length: TOGETHER }, () => startProcess(env)))
    const isLive = async (server: ServerProcess) => (await status(server, '/health/live')) === 200
    for (const server of waiting) await until(() => isLive(server), 'a server is alive')
    await pause(BEGINS_WITHIN_MS)
    expect(await db.schema.hasTable('knex_migrations'), 'migrations have begun').to.equal(false)
    return waiting
  })
  const isReady = async (server: ServerProcess) => (await status(server, '/health/ready')) === 200
  for (const server of servers)
    await until(async () => {
      if (server.child.exitCode !== null) throw new Error(`a server ended: ${server.output()}`)
      return isReady(server)
    }, 'a server is ready')
  return servers
}

async function expectOneOfEach(servers: ServerProcess[], db: Db): Promise<void> {
  const roles: { n: number }[] = await db('account_roles').where({ role: 'admin' }).count({ n: '*' })
  expect(Number(roles[0]?.n), 'administrators').to.equal(1)
  const keySets = await Promise.all(servers.map(async (server) => (await server.get('/oauth/jwks'))?.text))
  expect(new Set(keySets).size, 'key sets').to.equal(1)
  const { keys } = JSON.parse(keySets[0] ?? '{}') as { keys: { alg: string }[] }
  expect(keys.map(({ alg }) => alg).sort()).to.eql([...SIGNING_ALGS, ...DECRYPTION_ALGS].sort())
  const applied: string[] = await db('knex_migrations').pluck('name')
  expect(new Set(applied).size, 'migrations').to.equal(applied.length)
  for (const [index, server] of servers.entries())
    expect(server.output(), `server ${index}`).not.to.match(/error|\bat .*:\d+:\d+/i)
}

describe(`${TOGETHER} processes that start together`, function () {
  it('on an empty MariaDB migrate once and make one administrator and one key set [S-4.12][A21]', async () => {
    const [database, redis] = [await createDatabase(), await startRedis()]
    const db = openDatabase({ mysqlDsn: database.dsn, sqliteFile: '' })
    const servers = await startTogether(serviceSettings(database.dsn, redis.url), db)
    await expectOneOfEach(servers, db)
    await db.destroy()
    await Promise.all(servers.map((server) => server.end('SIGKILL')))
    await Promise.all([database.drop(), redis.stop()])
  })

  it('on an empty folder with SQLite do the same', async () => {
    const folder = dataFolder('together')
    const db = openDatabase({ sqliteFile: `${folder}/account-server.sqlite` })
    const servers = await startTogether({ ACCOUNT_SERVER_DATA_DIR: folder }, db)
    await expectOneOfEach(servers, db)
    await db.destroy()
    await Promise.all(servers.map((server) => server.end('SIGKILL')))
  })
})

describe('a service without its database at start', function () {
  it('is live but not ready, answers 503, keeps running, and is ready soon after the database is there [S-5.1]', async () => {
    const [database, redis] = [await createDatabase(), await startRedis()]
    const gate = await createGate(database.dsn)
    const server = await startProcess(serviceSettings(gate.url, redis.url))
    await until(async () => (await status(server, '/health/live')) === 200, 'the server is alive')
    const ready = await server.get('/health/ready')
    expect(ready?.status).to.equal(503)
    expect(ready?.json()['failed']).to.include.members(['startup', 'database'])
    expect(await status(server, '/health/startup')).to.equal(503)
    const page = await server.get('/sign-in')
    expect(page?.status).to.equal(503)
    expect(Number(page?.headers['retry-after'])).to.be.at.least(1)
    expect(server.child.exitCode).to.equal(null)
    await gate.open()
    await until(async () => (await status(server, '/health/ready')) === 200, 'the server is ready')
    expect(await status(server, '/health/startup')).to.equal(200)
    expect(await status(server, '/oauth/jwks')).to.equal(200)
    expect(await server.end('SIGTERM')).to.equal(0)
    await gate.close()
    await Promise.all([database.drop(), redis.stop()])
  })

  it('ends within seconds, with 0, on SIGTERM while it waits', async () => {
    const server = await startProcess(serviceSettings('mysql://root@127.0.0.1:9/none', 'redis://127.0.0.1:9'))
    await until(async () => (await status(server, '/health/live')) === 200, 'the server is alive')
    expect(await server.end('SIGTERM')).to.equal(0)
  })
})
