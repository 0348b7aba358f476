import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { ensureAllKeys } from '../../../src/keys/key-set.ts'
import { rotateSigningKeys } from '../../../src/keys/signing-keys.ts'
import { migrate } from '../../../src/platform/sql/migrate.ts'
import type { Parts } from '../../../src/process/start/parts.ts'
import { createKeptProvider } from '../../../src/process/worker-provider.ts'
import { embeddedPlace } from '../../cli/command-line.ts'
import { until } from '../../provider/stage.ts'
import { startLogoutReceiver } from '../../support/logout-receiver.ts'
import { startRelyingParty } from '../../support/relying-party.ts'
import { startServer } from '../../support/running-server.ts'
import { dataFolder } from '../../support/service-process.ts'
import { signInAt } from './logout-world.ts'

// An address, because Node takes a blank in a path for the end of the option.
const TRACE = new URL('../../support/trace-probe.mjs', import.meta.url).href

describe("A worker's provider", () => {
  const place = embeddedPlace()
  let parts: Parts

  before(async () => {
    parts = await place.open()
    await migrate(parts.db)
    await ensureAllKeys(parts.db, parts)
  })
  after(async () => {
    await parts?.close()
    await place.remove()
  })

  it('is built once, and again only when the change feed tells of new keys', async () => {
    const provider = createKeptProvider(parts)
    await Promise.all([provider(), provider()])
    // The first look at the feed calls everyone who listens.
    await parts.feed.check()
    const kept = await provider()
    await parts.feed.check()
    expect(await provider()).to.equal(kept)
    await rotateSigningKeys(parts.db, parts, { now: true })
    expect(await provider()).to.equal(kept)
    await parts.feed.check()
    expect(await provider()).not.to.equal(kept)
  })

  it('is tried again after the database was away', async () => {
    const { db, feed } = parts
    const away = new Proxy(db, { apply: () => Promise.reject(new Error('away')) })
    const broken = { ...parts, feed: { ...feed, on: () => undefined }, db: away }
    const provider = createKeptProvider(broken)
    const failed = await provider().catch((error: unknown) => error)
    expect(failed).to.be.instanceOf(Error)
    broken.db = db
    expect((await provider()).issuer).to.equal(parts.config.issuer)
  })

  it('is the provider of the server where both run in one process', async () => {
    const folder = dataFolder('worker-provider')
    const server = await startServer({
      store: 'sqlite',
      env: { ACCOUNT_SERVER_WORKERS: '1', TRACE_FOLDER: folder, NODE_OPTIONS: `--import=${TRACE}` },
    })
    const receiver = await startLogoutReceiver(server.issuer)
    const app = await startRelyingParty(server, {
      client: { backchannel_logout_uri: receiver.uri, first_party: true },
      scope: 'openid',
    })
    try {
      const { visitor, idToken } = await signInAt(server, app, await server.createAccount())
      await visitor.get(app.signOutUrl(idToken))
      await until(() => receiver.heardBy(app.client.client_id).length > 0, 'the app heard of the logout')
      process.kill(server.processes[0]!.pid, 'SIGUSR2')
      const file = join(folder, '1.json')
      await until(() => existsSync(file), 'the server has written its trace')
      const functions = readFileSync(file, 'utf8')
      expect(functions).to.include('src/process/worker.ts createWorker:')
      expect(functions.match(/src\/process\/site\.ts openSite:/g)).to.have.length(1)
      expect(functions).not.to.include('src/process/pageless-provider.ts')
    } finally {
      for (const one of [app, receiver, server]) await one.stop()
    }
  })
})
