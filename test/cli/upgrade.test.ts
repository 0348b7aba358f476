import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { supported } from '../../src/cli/upgrade/servers.ts'
import { embeddedPlace, servicePlace } from './command-line.ts'
import type { Place } from './command-line.ts'

type Check = { check: string; state: string; found: string }
type Answer = { ready: boolean; pending: string[]; checks: Check[] }

const LAST = '0055_audit_chain.ts'

async function asked(place: Place, env?: Record<string, string>): Promise<Answer> {
  return (await place.json(['upgrade', 'check'], env)) as unknown as Answer
}

function found({ checks }: Answer, name: string): string {
  const one = checks.find(({ check }) => check === name)
  return `${one?.state}: ${one?.found}`
}

describe('upgrade check', () => {
  const place = embeddedPlace()
  after(place.remove)

  it('finds an empty database, and leaves it empty', async () => {
    const answer = await asked(place)
    expect(found(answer, 'schema')).to.equal('ok: an empty database; the first start makes it')
    expect(answer.pending).to.have.length.greaterThan(40)
    const db = (await place.open()).db
    expect(await db.schema.hasTable('knex_migrations'), 'tables of migrations').to.equal(false)
    await db.destroy()
  })

  it('finds nothing to do where the schema is that of this release', async () => {
    await place.prepared()
    const answer = await asked(place)
    expect(answer).to.include({ ready: true })
    expect(found(answer, 'schema')).to.equal('ok: complete; no migration waits')
    expect(found(answer, 'data keys')).to.equal('ok: open all that is sealed')
    expect(found(answer, 'disk')).to.match(/^ok: SQLite has \d+ MiB, and \d+ MiB are free$/)
    expect(await place.text(['upgrade', 'check'])).to.contain('Nothing stops the upgrade.')
  })

  it('names the migrations that wait, with the rows that they walk, and those of a newer release', async () => {
    const { db } = await place.prepared()
    await db('knex_migrations').where({ name: LAST }).update({ name: '9999_later.ts' })
    await db('audit_events').insert({ atMs: 1, action: 'seen', actor: 'cli', detail: '{}' })
    const answer = await asked(place)
    expect(answer.pending).to.eql([LAST])
    expect(found(answer, LAST)).to.match(/^ok: waits; up to 1 s for audit_events \(\d+ rows\)/)
    expect(found(answer, 'schema')).to.equal('note: newer than this release: 9999_later.ts')
    await db('knex_migrations').where({ name: '9999_later.ts' }).update({ name: LAST })
  })

  it('stops an upgrade with another secret, and writes nothing', async () => {
    await place.json(['keys', 'rotate'])
    const before = written(place.folder)
    const env = { ACCOUNT_SERVER_TOKEN_SECRET_KEY: 'another secret than the one that sealed the keys' }
    const { code, stdout } = await place.cli(['upgrade', 'check'], { env })
    expect(code, stdout).to.equal(1)
    expect(stdout).to.match(/data keys +fault +the settings lack \S+: put it back into DATA_KEYS/)
    expect(stdout).to.match(/signing keys +fault/)
    expect(written(place.folder)).to.eql(before)
  })

  it('refuses a setting that this release does not know', async () => {
    const env = { ACCOUNT_SERVER_MAIL_FORM: 'a@example.com' }
    const { code, stderr } = await place.cli(['upgrade', 'check'], { env })
    expect(code).to.equal(1)
    expect(stderr).to.contain('MAIL_FORM')
  })

  it('knows which versions are supported', () => {
    const states = (['MariaDB', 'MySQL', 'Redis'] as const).map((name) => [
      supported(name, { MariaDB: '10.5.27-MariaDB', MySQL: '5.7.44', Redis: '6.0.16' }[name]).state,
      supported(name, { MariaDB: '10.11.6-MariaDB', MySQL: '9.1.0', Redis: '6.2.0' }[name]).state,
    ])
    expect(states).to.eql([
      ['fault', 'ok'],
      ['fault', 'ok'],
      ['fault', 'ok'],
    ])
  })
})

describe('upgrade check of a service', () => {
  let place: Place
  before(async () => {
    place = await servicePlace()
  })
  after(() => place.remove())

  it('names the versions of its database and its Redis, and a migration that was interrupted', async () => {
    const { db } = await place.prepared()
    await db('knex_migrations').where({ name: LAST }).delete()
    const answer = await asked(place)
    expect(found(answer, 'Redis')).to.match(/^ok: \d/)
    expect(
      answer.checks.some(({ check }) => /^(MariaDB|MySQL)$/.test(check)),
      'database',
    ).to.equal(true)
    const states = answer.checks.filter(({ check }) => check === LAST).map(({ found: what }) => what)
    expect(states).to.include('was interrupted; the next start goes on with it')
  })
})

/** The database and its log, with sizes. */
function written(folder: string): Record<string, number> {
  const files = readdirSync(folder).filter((file) => file.endsWith('.sqlite'))
  return Object.fromEntries(files.map((file) => [file, statSync(join(folder, file)).size]))
}
