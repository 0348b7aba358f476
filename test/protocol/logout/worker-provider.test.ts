import { expect } from 'chai'
import { ensureAllKeys } from '../../../src/keys/key-set.ts'
import { rotateSigningKeys } from '../../../src/keys/signing-keys.ts'
import { migrate } from '../../../src/platform/sql/migrate.ts'
import type { Parts } from '../../../src/process/start/parts.ts'
import { createKeptProvider } from '../../../src/process/worker-provider.ts'
import { embeddedPlace } from '../../cli/command-line.ts'

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
})
