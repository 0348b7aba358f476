import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { findAccountByEmail } from '../../src/accounts/account.ts'
import { recordEventsOf } from '../../src/events/events.ts'
import { listGroups } from '../../src/groups/group-list.ts'
import { createGroup } from '../../src/groups/groups.ts'
import { groupsOf, MOST_GROUPS } from '../../src/groups/members.ts'
import { formatOf } from '../../src/moving/formats/formats.ts'
import type { FormatName } from '../../src/moving/formats/format-names.ts'
import { importFile } from '../../src/moving/formats/import-file.ts'
import { embeddedPlace, PLACES } from '../cli/command-line.ts'
import type { Place } from '../cli/command-line.ts'
import { ALL_EVENTS, LANE, taken } from '../events/event-world.ts'
import type { Parts } from '../../src/process/start/parts.ts'

const REALM = {
  realm: 'example',
  groups: [
    { name: 'staff', path: '/staff', subGroups: [{ name: 'night', subGroups: [{ name: 'on/call' }] }] },
    { name: 'empty', description: 'Nobody yet\nor so', subGroups: [] },
  ],
  users: [
    { id: 'a', username: 'ada', email: 'ada@example.com', groups: ['/staff/night', '/staff/night/on~/call'] },
    { id: 'b', username: 'bob', email: 'bob@example.com', groups: ['/staff', '/unlisted'] },
  ],
}

for (const [name, openPlace] of Object.entries(PLACES))
  describe(`groups of an imported file, on ${name}`, () => {
    let place: Place
    let server: Parts

    beforeEach(async () => {
      place = await openPlace()
      server = await place.prepared()
    })
    afterEach(async () => place.remove())

    async function imported(format: FormatName, text: string, ...more: string[]) {
      const file = join(place.folder, `file.${format}`)
      writeFileSync(file, text)
      return place.json(['import', file, '--format', format, ...more])
    }
    const names = async () =>
      (await listGroups(server.db, {})).groups.map((one) => `${one.name} ${one.members}`)
    const namesOf = async (email: string) => {
      const account = await findAccountByEmail(server.db, email)
      return (await groupsOf(server.db, account!.id)).map((one) => one.name)
    }
    const groups = (created: number, here = 0) => ({ imported: created, already_here: here, refused: 0 })

    it('are created as needed from a column, with semicolons or a JSON list, and counted before', async () => {
      await createGroup(server, { name: 'STAFF' }, { actor: 'cli' })
      const csv =
        'email,groups\nada@example.com,staff; Night shift ;staff\nbob@example.com,"[""a;b"", ""Staff""]"\n' +
        'carl@example.com,\n'
      const dry = await imported('csv', csv, '--dry-run')
      expect(await names()).to.eql(['STAFF 0'])
      const report = await imported('csv', csv)
      expect(report['others']).to.eql({ groups: groups(2, 1), memberships: groups(4) })
      expect({ ...report, dry_run: true }, 'as the dry run said').to.eql(dry)
      expect(await names()).to.eql(['a;b 1', 'Night shift 1', 'STAFF 2'])
      expect(await namesOf('carl@example.com')).to.eql([])
      expect(await imported('csv', csv), 'again').to.include({ imported: 0, already_here: 3 })
    })

    it('come from Keycloak by their paths, also those without members', async () => {
      const report = await imported('keycloak', JSON.stringify(REALM))
      expect(report).to.deep.include({ imported: 2, left_out: {} })
      expect(report['others']).to.eql({ groups: groups(5), memberships: groups(4) })
      expect(await names()).to.eql([
        'empty 0',
        'staff 1',
        'staff/night 1',
        'staff/night/on/call 1',
        'unlisted 1',
      ])
      expect(await namesOf('ada@example.com')).to.eql(['staff/night', 'staff/night/on/call'])
      const [empty] = (await listGroups(server.db, {})).groups
      expect(empty!.description).to.equal('Nobody yet')
    })

    it('come from the Authorization Extension of Auth0', async () => {
      const ofUser = (email: string, metadata: object) =>
        `${JSON.stringify({ email, app_metadata: metadata })}\n`
      const authorization = { groups: ['staff', 'admins'] }
      const report = await imported(
        'auth0',
        ofUser('ada@example.com', { authorization }) +
          ofUser('bob@example.com', { authorization: { ...authorization, roles: ['r'] } }),
      )
      expect(report['left_out']).to.eql({ app_metadata: 1 })
      expect(await names()).to.eql(['admins 2', 'staff 2'])
    })

    it('that do not fit are left out and named, and the account comes', async () => {
      const many = Array.from({ length: MOST_GROUPS + 2 }, (_, n) => `g${n}`)
      const lines = [
        { email: 'ada@example.com', groups: ['x'.repeat(101), 'a\u0000b', 'fine'] },
        { email: 'bob@example.com', groups: many },
      ]
      const report = await imported('ndjson', lines.map((one) => JSON.stringify(one)).join('\n'))
      expect(report).to.deep.include({ imported: 2, left_out: { group_name_invalid: 2, too_many_groups: 2 } })
      expect(await namesOf('ada@example.com')).to.eql(['fine'])
      expect(await namesOf('bob@example.com')).to.have.length(MOST_GROUPS)
    })
  })

describe('The events of an import with groups', () => {
  it('are one for each group and one for each account, which shows its roles and groups', async () => {
    const place = embeddedPlace()
    const parts = await place.prepared()
    try {
      const needs = { ...parts, issuer: 'https://id.example', registrationMessageAt: 'activation' } as const
      recordEventsOf(parts.db, { ...needs, lanes: ALL_EVENTS })
      const file = join(place.folder, 'people.ndjson')
      const line = { type: 'account', email: 'ada@example.com', groups: ['b', 'a'], roles: ['admin'] }
      writeFileSync(file, JSON.stringify(line))
      await importFile(
        { ...parts, tables: [], digestKey: parts.config.keys.index },
        {
          file,
          refusedFile: join(place.folder, 'refused.ndjson'),
          format: formatOf('ndjson', { mapping: new Map(), firebaseKey: undefined }),
          mapped: [],
          dryRun: false,
          verified: false,
          withoutUnknownHashes: false,
          passphrase: async () => undefined,
          progress: () => undefined,
        },
      )
      const events = await taken(parts, LANE)
      expect(events.map(({ type }) => type).sort()).to.eql([
        'account.created',
        'group.created',
        'group.created',
      ])
      const created = events.find(({ type }) => type === 'account.created')
      expect(created!.data['account']).to.deep.include({ groups: ['a', 'b'], roles: ['admin'] })
    } finally {
      await place.remove()
    }
  })
})
