import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { signIn } from '../../src/accounts/journeys/sign-in.ts'
import { rememberConsent } from '../../src/consents/consents.ts'
import type { Parts } from '../../src/process/start/parts.ts'
import type { Db } from '../../src/platform/sql/database.ts'
import { pause } from '../support/service-process.ts'
import { embeddedPlace, servicePlace } from '../cli/command-line.ts'
import type { Outcome, Place } from '../cli/command-line.ts'
import { BCRYPT } from './samples.ts'

const PASSWORD = 'violet kettle 41'

const linesOf = (file: string) =>
  readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ type }) => type === 'account')

/** The disk is full while the export waits for MariaDB. */
async function exportToFullDisk(place: Place, { db }: Parts): Promise<Outcome> {
  return await db.transaction(async (trx) => {
    await trx.raw('lock tables webhooks write')
    let ended = false
    const outcome = place
      .cli(['export', join(place.folder, 'full.ndjson'), '--json'], { fileKib: 1 })
      .finally(() => {
        ended = true
      })
    while (!ended && !(await isLockedOut(db))) await pause(20)
    await trx.raw('unlock tables')
    return await outcome
  })
}

async function isLockedOut(db: Db): Promise<boolean> {
  const waiting = await db('information_schema.processlist')
    .where('state', 'like', 'Waiting for table%')
    .first('id')
  return waiting !== undefined
}

describe('cli export', () => {
  let from: Place
  let server: Parts
  let file: string

  before(async () => {
    from = embeddedPlace()
    file = join(from.folder, 'accounts.ndjson')
    const csv = join(from.folder, 'users.csv')
    writeFileSync(
      csv,
      `id,email,password_hash,is_verified\nold|1,Ada@Example.com,${BCRYPT},t\n2,bob@example.com,,f\n`,
    )
    await from.json(['import', csv])
    const args = [
      'account',
      'create',
      '--email',
      'root@example.com',
      '--password',
      PASSWORD,
      '--role',
      'admin',
    ]
    const root = await from.json([...args, '--verified', '--given-name', 'Röot'])
    await from.json(['account', 'disable', '2'])
    server = await from.open()
    const allowed = {
      scopes: ['openid', 'email'],
      claims: ['name'],
      resources: { 'https://a.example': ['read'] },
    }
    await rememberConsent(server.db, root.id, 'some-client', allowed, 1_700_000_000_000)
  })
  after(async () => {
    await server.close()
    await from.remove()
  })

  it('writes every account for its owner alone, with hash, roles and consents', async () => {
    expect(await from.json(['export', file])).to.deep.include({ written: file, accounts: 3 })
    expect(statSync(file).mode & 0o777).to.equal(0o600)
    const lines = linesOf(file)
    const ada = lines.find(({ id }) => id === 'old|1')
    expect(ada).to.include({ email: 'Ada@Example.com', email_verified: true, password_hash: BCRYPT })
    expect(lines.find(({ email }) => email === 'root@example.com')).to.deep.include({ roles: ['admin'] })
  })

  it('leaves an older file as it is when it fails', async () => {
    const missing = join(from.folder, 'no such folder', 'accounts.ndjson')
    await from.refused(['export', missing])
    expect(linesOf(file)).to.have.lengthOf(3)
  })

  it('reports a full disk, and leaves no draft with hashes behind', async () => {
    const place = await servicePlace()
    try {
      const parts = await place.prepared()
      await from.json(['export', file])
      await place.json(['import', file])
      const { code, stderr } = await exportToFullDisk(place, parts)
      expect(code).to.equal(1)
      expect(JSON.parse(stderr), 'a report and no crash').to.include.keys('error')
      expect(stderr).to.contain('EFBIG')
      expect(readdirSync(place.folder).filter((name) => name.startsWith('full'))).to.eql([])
    } finally {
      await place.remove()
    }
  })

  for (const [name, openPlace] of Object.entries({
    'another embedded server': async () => embeddedPlace(),
    'a service on MariaDB: the way from embedded to service': servicePlace,
  }))
    it(`comes back equal by import into ${name} [A15][A21]`, async () => {
      const to = await openPlace()
      const target = await to.open()
      try {
        await from.json(['export', file])
        expect(await to.json(['import', file])).to.include({ imported: 3, refused: 0 })
        const again = join(to.folder, 'again.ndjson')
        await to.json(['export', again])
        expect(linesOf(again)).to.have.deep.members(linesOf(file))
        const attempt = { email: 'ada@example.com', password: PASSWORD, ip: '192.0.2.4' }
        expect(await signIn(target, attempt)).to.include({ ok: true })
        expect(await to.json(['import', file])).to.include({ imported: 0, already_here: 3 })
      } finally {
        await target.close()
        await to.remove()
      }
    })
})
