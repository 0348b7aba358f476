import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { rejection } from '../accounts/account-world.ts'
import { embeddedPlace, servicePlace } from './command-line.ts'

const PASSWORD = 'violet kettle 41'
const create = (email: string) => ['account', 'create', '--email', email, '--password', PASSWORD]

describe('cli backup and restore', () => {
  const place = embeddedPlace()
  const copy = join(place.folder, 'copy.sqlite')
  after(place.remove)

  const emails = async () => (await place.json(['account', 'list'])).accounts.map(({ email }) => email)

  it('copy the database while a server writes to it, for the owner alone', async () => {
    await place.json(create('one@example.com'))
    const server = await place.open()
    try {
      // Of an open transaction nothing is in the copy, and the copy does not wait for it.
      await server.db.transaction(async (trx) => {
        await trx('attempt_buckets').insert({ bucket: 'b', failures: 1, expiresAtMs: 1 })
        expect(await place.json(['backup', copy])).to.include({ written: copy })
      })
      expect(statSync(copy).mode & 0o777).to.equal(0o600)
      expect((await place.refused(['restore', copy, '--force'])).error).to.equal('database_in_use')
    } finally {
      await server.close()
    }
    await place.json(create('two@example.com'))
  })

  it('put the copy back where it is asked for, and keep what was there', async () => {
    expect((await place.refused(['restore', copy])).error).to.equal('database_exists')
    expect(await emails()).to.have.members(['one@example.com', 'two@example.com'])
    chmodSync(copy, 0o644)
    const restored = await place.json(['restore', copy, '--force'])
    expect(statSync(String(restored['restored'])).mode & 0o777).to.equal(0o600)
    expect(await emails()).to.eql(['one@example.com'])
    await place.json(['restore', String(restored['kept']), '--force'])
    expect(await emails()).to.have.members(['one@example.com', 'two@example.com'])
  })

  it('refuse files that are no copy, and change nothing', async () => {
    const other = join(place.folder, 'other.sqlite')
    writeFileSync(other, 'not a database')
    const damaged = join(place.folder, 'damaged.sqlite')
    const bytes = readFileSync(copy)
    writeFileSync(damaged, bytes.subarray(0, bytes.length / 2))
    for (const file of [other, damaged, '/nowhere'])
      expect((await place.refused(['restore', file, '--force'])).error, file).to.equal('usage')
    expect(await emails()).to.have.lengthOf(2)
  })

  it('repair a database that is damaged, and keep it beside', async () => {
    const whole = join(place.folder, 'whole.sqlite')
    await place.json(['backup', whole])
    const target = join(place.folder, 'data', 'account-server.sqlite')
    const bytes = readFileSync(whole)
    for (const [what, damaged] of [
      ['no database', Buffer.from('no database '.repeat(1000))],
      ['cut off', bytes.subarray(0, bytes.length / 2)],
    ] as const) {
      writeFileSync(target, damaged)
      const { kept } = await place.json(['restore', whole, '--force'])
      expect(readFileSync(String(kept)).equals(damaged), what).to.equal(true)
      expect(await emails(), what).to.have.lengthOf(2)
    }
  })

  it('leave no draft when the copy fails', async () => {
    const file = join(place.folder, 'again.sqlite')
    const target = join(place.folder, 'data', 'account-server.sqlite')
    await place.json(['backup', file])
    const draft = `${target}.${process.pid}`
    writeFileSync(draft, 'of a process that was killed')
    await rejection(place.json(['restore', file, '--force']))
    expect(existsSync(draft)).to.equal(false)
    expect(await emails()).to.have.lengthOf(2)
  })

  it('are not for a service, and say what is', async () => {
    const service = await servicePlace()
    try {
      expect((await service.refused(['backup', copy])).error_description).to.contain('mysqldump')
    } finally {
      await service.remove()
    }
  })
})
