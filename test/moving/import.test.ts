import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { listAccounts } from '../../src/accounts/search/account-list.ts'
import { findAccountByEmail, findAccountById } from '../../src/accounts/account.ts'
import { signIn } from '../../src/accounts/journeys/sign-in.ts'
import type { Parts } from '../../src/process/start/parts.ts'
import { formatOf } from '../../src/moving/formats/formats.ts'
import { importFile } from '../../src/moving/formats/import-file.ts'
import { auditTrailOf } from '../support/audit-trail.ts'
import { embeddedPlace, PLACES } from '../cli/command-line.ts'
import type { Place } from '../cli/command-line.ts'
import { BCRYPT } from './samples.ts'

const PASSWORD = 'violet kettle 41'

const CSV = `id,email,hashed_password,full_name,is_verified,is_active,created_at,phone
17,Ada@Example.com,${BCRYPT},"Lovelace, Ada",t,t,2021-03-04 05:06:07.123456+00,
18,bob@example.com,${BCRYPT},Bob,f,t,2022-01-01 00:00:00,+1 555
19,ADA@example.com,${BCRYPT},Other Ada,t,t,2022-01-01 00:00:00,
20,bob@example.com,${BCRYPT},Bob again,t,t,2022-01-01 00:00:00,
21,not an address,${BCRYPT},Carl,t,t,2022-01-01 00:00:00,
22,dora@example.com,5f4dcc3b5aa765d61d8327deb882cf99,Dora,t,t,2022-01-01 00:00:00,
23,eve@example.com,$2b$31$${'a'.repeat(53)},Eve,t,t,2022-01-01 00:00:00,
24,frank@example.com,,Frank,t,f,2022-01-01 00:00:00,
25,greta@example.com,${BCRYPT}
26,hal@example.com,${BCRYPT},Hal,perhaps,t,2022-01-01 00:00:00,
17,ida@example.com,${BCRYPT},Ida,t,t,2022-01-01 00:00:00,
`

for (const [name, openPlace] of Object.entries(PLACES)) {
  describe(`cli import on ${name}`, () => {
    let place: Place
    let server: Parts
    let file: string

    before(async () => {
      place = await openPlace()
      file = join(place.folder, 'users.csv')
      writeFileSync(file, CSV)
      server = await place.prepared()
    })
    after(() => place.remove())

    const REPORT = {
      records: 11,
      imported: 3,
      already_here: 0,
      refused: 8,
      refused_by: {
        collides_in_file: 1,
        duplicate_in_file: 1,
        email_invalid: 1,
        hash_unknown: 1,
        hash_too_costly: 1,
        not_readable: 2,
        duplicate_id_in_file: 1,
      },
      hashes: { bcrypt: 2, none: 1 },
      unverified: 1,
      disabled: 1,
      left_out: { 'column phone': 1 },
    }

    it('says in a dry run what it would do, line by line, and changes nothing [A15]', async () => {
      const report = await place.json(['import', file, '--dry-run'])
      expect(report).to.deep.include({ ...REPORT, dry_run: true })
      expect(report['examples']).to.deep.include({
        line: 4,
        code: 'collides_in_file',
        why: 'the e-mail address differs from that on line 2 only in case or Unicode form',
      })
      expect(await server.db('accounts').pluck('id')).to.eql([])
      const text = await place.text(['import', file, '--dry-run'])
      expect(text).to.match(/^would be imported +3$/m)
      expect(text).to.match(/^ {2}a hash of bcrypt +2$/m)
      expect(text).to.match(/^ {2}7 +hash_unknown +a hash of 32 hexadecimal digits is not/m)
      expect(text).to.not.contain(BCRYPT)
    })

    it('imports the accounts, with ids, moments and states kept [A15]', async () => {
      const report = await place.json(['import', file])
      expect(report).to.deep.include({ ...REPORT, dry_run: false })
      const ada = await findAccountById(server.db, '17')
      const created = Date.UTC(2021, 2, 4, 5, 6, 7, 123)
      expect(ada).to.include({ email: 'Ada@Example.com', name: 'Lovelace, Ada', createdAtMs: created })
      expect(ada).to.include({ emailVerifiedAtMs: created, disabledAtMs: null, passwordHash: BCRYPT })
      const [entry] = await auditTrailOf(server.db, '17')
      expect(entry).to.include({ action: 'account.imported', actor: 'cli' })
      expect((await findAccountById(server.db, '18'))?.emailVerifiedAtMs).to.equal(null)
      const frank = await findAccountById(server.db, '24')
      expect(frank).to.include({ passwordHash: null })
      expect(frank?.disabledAtMs).to.be.a('number')
      const { accounts } = await listAccounts(server.db, { search: 'lovelace' })
      expect(accounts.map(({ id }) => id)).to.deep.equal(['17'])
    })

    it('lets people sign in with their password, and stores it as Argon2id then [A15]', async () => {
      const needs = server
      const attempt = { email: 'ada@example.com', password: PASSWORD, ip: '192.0.2.9' }
      expect(await signIn(needs, attempt)).to.include({ ok: true })
      expect((await findAccountByEmail(server.db, 'ada@example.com'))?.passwordHash).to.match(/^\$argon2id\$/)
    })

    it('keeps every refused record with its reason, in a file for its owner alone', async () => {
      const refusedFile = `${file}.refused.ndjson`
      expect(statSync(refusedFile).mode & 0o777).to.equal(0o600)
      const lines = readFileSync(refusedFile, 'utf8').trim().split('\n')
      const entries = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
      expect(entries.map((entry) => entry['line'])).to.have.members([4, 5, 6, 7, 8, 10, 11, 12])
      const dora = entries.find((entry) => entry['line'] === 7)
      expect(dora).to.deep.include({ outcome: 'refused', code: 'hash_unknown' })
      expect(dora?.['record']).to.include({ email: 'dora@example.com', full_name: 'Dora' })
    })

    it('changes nothing in a second run, and goes on where the first ended', async () => {
      const before = await server.db('accounts').select('*').orderBy('id')
      const more = join(place.folder, 'more.csv')
      writeFileSync(more, `${CSV}30,new@example.com,${BCRYPT},New,t,t,2022-01-01 00:00:00,\n`)
      const report = await place.json(['import', more])
      expect(report).to.include({ already_here: 3, imported: 1, refused: 8 })
      expect(await server.db('accounts').select('*').whereNot({ id: '30' }).orderBy('id')).to.eql(before)
    })

    it('knows accounts of an earlier run without an id in the file, and refuses those who registered here', async () => {
      const own = join(place.folder, 'own.ndjson')
      const records = ['noid@example.com', 'here@example.com'].map((mail) => ({
        user: { mail },
        secret: BCRYPT,
      }))
      writeFileSync(own, records.map((one) => `${JSON.stringify(one)}\n`).join(''))
      await place.json(['account', 'create', '--email', 'here@example.com', '--password', PASSWORD])
      const args = ['import', own, '--map', 'user.mail=email', '--map', 'secret=password_hash', '--verified']
      expect(await place.json(args)).to.deep.include({ imported: 1, refused_by: { address_taken: 1 } })
      expect(await place.json(args)).to.deep.include({ already_here: 1, refused_by: { address_taken: 1 } })
    })

    it('uses the id of a deleted account never again', async () => {
      await place.json(['account', 'delete', '30'])
      const report = await place.json(['import', join(place.folder, 'more.csv')])
      expect(report).to.deep.include({ imported: 0 })
      expect(report['refused_by']).to.deep.include({ deleted_here: 1 })
    })

    it('gives a user name to the first account that has it, and says of which others it took none', async () => {
      const named = join(place.folder, 'named.ndjson')
      const records = ['Nick', 'nick', 'Other', 'иван_smith'].map((username, index) => ({
        id: `named-${index}`,
        email: `named.${index}@example.com`,
        email_verified: true,
        username,
        password_hash: BCRYPT,
      }))
      writeFileSync(named, records.map((one) => `${JSON.stringify(one)}\n`).join(''))
      await place.json(['account', 'create', '--email', 'other@example.com', '--password', PASSWORD])
      await place.json(['account', 'update', 'other@example.com', '--username', 'other'])
      const report = await place.json(['import', named])
      expect(report).to.deep.include({ imported: 4, refused: 0, left_out: { username_taken: 2 } })
      const attempt = { email: 'NICK', password: PASSWORD, ip: '192.0.2.9' }
      const signedIn = await signIn(server, attempt)
      expect(signedIn.ok && signedIn.account.id).to.equal('named-0')
      expect(await findAccountById(server.db, 'named-1')).to.include({ username: 'nick' })
      const brought = await findAccountById(server.db, 'named-3')
      expect(brought, 'a name that nobody can choose here').to.include({ username: 'иван_smith' })
    })

    it('takes an account without its password, where the operator asks for that', async () => {
      const report = await place.json(['import', file, '--without-unknown-hashes'])
      expect(report).to.deep.include({ imported: 2, hashes: { none: 2 } })
      expect(await findAccountById(server.db, '22')).to.include({ passwordHash: null })
    })

    it('pages through lists of accounts with ids of other systems', async () => {
      const first = await place.json(['account', 'list', '--limit', '2'])
      const second = await place.json(['account', 'list', '--limit', '2', '--after', first.next])
      expect(second.accounts.map(({ id }) => id)).to.not.include.members(first.accounts.map(({ id }) => id))
    })
  })
}

describe('cli import', () => {
  const place = embeddedPlace()
  after(place.remove)

  it('reads standard input', async () => {
    const args = ['import', '-', '--format', 'csv', '--refused', join(place.folder, 'refused')]
    const report = await place.printed(args, CSV)
    expect(report).to.include({ imported: 3 })
  })

  const lacking: [string, string, string][] = [
    ['CSV', 'lacking.csv', 'id,email\n1,one@example.com\n'],
    ['NDJSON', 'lacking.ndjson', '{"id":"1"}\n{"email":"one@example.com"}\n'],
    ['JSON', 'lacking.json', '{"users":[{"id":"1"},{"email":"one@example.com"}],"groups":[{"secret":"1"}]}'],
  ]
  for (const [what, name, content] of lacking)
    it(`refuses to map a column that the file does not have, before it imports anything: ${what}`, async () => {
      const file = join(place.folder, name)
      writeFileSync(file, content)
      const format = name.slice(name.indexOf('.') + 1)
      const map = ['--map', 'email=email', '--map', 'secret=password_hash', '--format', format]
      expect(await place.refused(['import', file, ...map])).to.eql({
        error: 'usage',
        error_description: '--map: the file has no column "secret". It has id, email.',
      })
      expect(await place.json(['import', file, '--map', 'email=email', '--format', format])).to.include({
        records: what === 'CSV' ? 1 : 2,
      })
      const { stderr } = await place.cli(['import', '-', '--refused', `${file}.refused`, ...map], {
        stdin: content,
      })
      expect(stderr).to.contain('the file has no column "secret"')
    })

  it('reports every byte of the file as read at the end', async () => {
    const file = join(place.folder, 'bytes.ndjson')
    const lines = Array.from({ length: 3 }, (_, index) => `{"email":"bytes.${index}@example.com"}\n`)
    writeFileSync(file, lines.join(''))
    const server = await place.open()
    try {
      const { length: totalBytes } = lines.join('')
      const drawn: object[] = []
      await importFile(
        { ...server, digestKey: server.config.keys.index, tables: [] },
        {
          file,
          refusedFile: `${file}.refused`,
          format: formatOf('ndjson', { mapping: new Map(), firebaseKey: undefined }),
          mapped: [],
          passphrase: async () => undefined,
          dryRun: true,
          verified: false,
          withoutUnknownHashes: false,
          progress: (done) => void drawn.push(done),
        },
      )
      expect(drawn).to.eql([{ bytes: totalBytes, totalBytes, records: 3 }])
    } finally {
      await server.close()
    }
  })

  const mistakes: [string, string[], RegExp][] = [
    ['a file that is not there', ['import', '/nowhere.csv'], /cannot be read/],
    ['a file of no known ending', ['import', '/nowhere.json'], /needs --format: csv, ndjson/],
    ['a format that is not known', ['import', '/nowhere', '--format', 'ldif'], /--format takes: csv/],
    [
      'a format that names its fields itself',
      ['import', 'x', '--format', 'auth0', '--map', 'a=name'],
      /--map is for csv, ndjson, json/,
    ],
    ['a mapping to no field', ['import', 'x.csv', '--map', 'a=mail'], /--map takes COLUMN=FIELD/],
  ]
  for (const [what, args, message] of mistakes)
    it(`names what is wrong: ${what}`, async () => {
      const { error, error_description: text } = await place.refused(args)
      expect(error).to.equal('usage')
      expect(text).to.match(message)
    })
})
