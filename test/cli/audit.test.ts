import { statSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { linkSome } from '../../src/audit/chain/link.ts'
import type { Parts } from '../../src/process/start/parts.ts'
import { answerOf, mistakeOf, PLACES } from './command-line.ts'
import type { Answered, Place } from './command-line.ts'

const PASSWORD = ['--password', 'copper kettle on the moor']

for (const [name, openPlace] of Object.entries(PLACES))
  describe(`cli audit on ${name}`, () => {
    let place: Place
    let parts: Parts
    let ann: string

    const run = async (...args: string[]) => {
      const { data, ...rest } = await answerOf(parts, ['audit', ...args])
      return { ...rest, data: JSON.parse(JSON.stringify(data)) as Answered & { entries: Answered[] } }
    }
    const linkAll = async () => {
      while ((await linkSome(parts)) > 0);
    }

    before(async () => {
      place = await openPlace()
      parts = await place.prepared()
      const create = ['account', 'create', '--email', 'ann@example.com', '--verified', ...PASSWORD]
      ann = String((await answerOf(parts, create)).data['id'])
      for (const verb of ['disable', 'enable', 'disable', 'enable'])
        await answerOf(parts, ['account', verb, 'ann@example.com'])
      await answerOf(parts, ['group', 'create', '--name', 'Staff'])
    })
    after(() => place.remove())

    it('says how many entries are not chained yet, and none later', async () => {
      const first = await run('verify')
      expect(first.data).to.deep.include({ intact: true, entries: 0, not_chained_yet: 6 })
      expect(first.text).to.contain('not chained yet: 6')
      await linkAll()
      const { data, exitCode } = await run('verify')
      expect(exitCode).to.equal(0)
      expect(data).to.deep.include({ intact: true, entries: 6, not_chained_yet: 0, faults: [] })
    })

    it('lists the latest first, in pages, by who, what, when and about which account', async () => {
      const { data, text } = await run('list', '--account', 'ann@example.com', '--limit', '2')
      expect(data.entries.map(({ action }) => action)).to.deep.equal(['account.enabled', 'account.disabled'])
      expect(data.entries[0]).to.include({ actor: 'cli', account_id: ann, chain: 'account', seq: 5 })
      expect(text).to.contain(`More: --after ${data.next}`)
      const rest = await run('list', '--account', ann, '--after', data.next)
      expect(rest.data.entries).to.have.length(3)
      const of = async (...filter: string[]) => (await run('list', ...filter)).data.entries.length
      expect(await of('--action', 'account.disabled')).to.equal(2)
      expect(await of('--actor', 'cli')).to.equal(6)
      expect(await of('--actor', 'system')).to.equal(0)
      expect(await of('--kind', 'administration')).to.equal(1)
      expect(await of('--app', 'nobody')).to.equal(0)
      expect(await of('--until', '2026-01-01')).to.equal(0)
      expect(await of('--from', '2026-01-01', '--until', '2200-01-01T08:00Z')).to.equal(6)
    })

    it('shows one entry with its place in the chain', async () => {
      const [entry] = (await run('list', '--action', 'group.created')).data.entries
      const { data, text } = await run('show', String(entry?.id))
      expect(data).to.deep.equal(entry)
      expect(text).to.match(/^chain +administration$/m)
      expect(await mistakeOf(parts, ['audit', 'show', '999999'])).to.include({
        error: 'audit_entry_not_found',
      })
    })

    it('refuses a time and a kind that it does not know', async () => {
      const { error_description: time } = await mistakeOf(parts, ['audit', 'list', '--from', 'soon'])
      expect(time).to.equal('--from takes a time such as 2026-03-01 or 2026-03-01T08:00Z')
      const { error_description: kind } = await mistakeOf(parts, ['audit', 'list', '--kind', 'open'])
      expect(kind).to.contain('--kind takes attempt')
    })

    it('exports entries to a private file, and notes the export', async () => {
      const file = join(place.folder, 'trail.ndjson')
      const { data } = await run('export', file, '--kind', 'account')
      expect(data).to.deep.include({ written: file, entries: 5 })
      expect(statSync(file).mode & 0o777).to.equal(0o600)
      const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
      const entries = lines.map((line) => JSON.parse(line) as Answered)
      expect(entries.map(({ seq }) => seq)).to.deep.equal([1, 2, 3, 4, 5])
      const { entries: noted } = (await run('list', '--action', 'audit.exported')).data
      expect(noted[0]).to.deep.include({ actor: 'cli', detail: { entries: 5 } })
    })

    it('names the entry that was changed, and ends with 3', async () => {
      await linkAll()
      const [entry] = (await run('list', '--action', 'account.disabled', '--limit', '1')).data.entries
      const change = (actor: string) =>
        parts
          .db('audit_events')
          .where({ id: entry?.id ?? 0 })
          .update({ actor })
      await change('system')
      const { data, text, exitCode } = await run('verify')
      expect(exitCode).to.equal(3)
      expect(data).to.include({ intact: false })
      expect(data['faults']).to.deep.equal([{ chain: 'account', fault: 'changed', seq: 4, id: entry?.id }])
      expect(text).to.contain(`account, number 4 (entry ${String(entry?.id)}): The entry was changed`)
      const { code } = await place.cli(['audit', 'verify', '--json'])
      expect(code).to.equal(3)
      await change('cli')
      expect((await run('verify')).exitCode).to.equal(0)
    })

    it('accepts a broken place with a reason, and is quiet about that one alone', async () => {
      await linkAll()
      const rows = () => parts.db('audit_events').where({ chain: 'account' })
      const [second, third] = await rows().orderBy('chainSeq').offset(1).limit(2).select('id', 'actor')
      await rows().where({ id: second.id }).update({ actor: 'system' })
      const unexplained = await mistakeOf(parts, ['audit', 'accept', String(second.id)])
      expect(unexplained.error_description).to.contain('--reason')
      const { data } = await run('accept', String(second.id), '--reason', 'A repair.', '--by', 'Kim')
      expect(data).to.include({ by: 'Kim', reason: 'A repair.' })
      const quiet = await run('verify')
      expect([quiet.exitCode, quiet.data['faults']]).to.eql([0, []])
      expect(quiet.text).to.contain(`Accepted: account, number 2 (entry ${second.id})`)
      await rows().where({ id: third.id }).update({ actor: 'system' })
      const loud = await run('verify')
      expect([loud.exitCode, loud.data['faults']]).to.eql([
        3,
        [{ chain: 'account', fault: 'changed', seq: 3, id: third.id }],
      ])
      await rows().where({ id: third.id }).update({ actor: third.actor })
      await rows().where({ id: second.id }).update({ actor: second.actor })
      await linkAll()
    })

    it('compares the trail with anchors that were exported before', async () => {
      await linkAll()
      const { data } = await run('anchors')
      const file = join(place.folder, 'anchors.json')
      writeFileSync(file, JSON.stringify(data))
      expect((await run('verify', '--anchors', file)).exitCode).to.equal(0)
      for (const table of ['audit_events', 'audit_chains', 'audit_anchors']) await parts.db(table).delete()
      const { data: empty, exitCode } = await run('verify', '--anchors', file)
      expect({ exitCode, intact: empty['intact'] }).to.deep.equal({ exitCode: 3, intact: false })
      expect((await run('verify')).exitCode).to.equal(0)
      writeFileSync(file, '[]')
      const { error_description: why } = await mistakeOf(parts, ['audit', 'verify', '--anchors', file])
      expect(why).to.contain('has no list of anchors')
    })
  })
