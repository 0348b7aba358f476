import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { expect } from 'chai'
import { findAccountByEmail } from '../../src/accounts/account.ts'
import { signIn } from '../../src/accounts/journeys/sign-in.ts'
import { CLI_LINE, embeddedPlace, inFolder, servicePlace, wordsOf } from '../cli/command-line.ts'
import type { Place } from '../cli/command-line.ts'
import { findBinary } from '../../scripts/find-binary.mjs'
import { postgresPrograms, startPostgres } from '../support/service-postgresql.ts'
import { BARE_ENVIRONMENT } from '../support/service-process.ts'
import { AUTH0, AUTH0_APPS, CSV, FIREBASE, KEYCLOAK, LOGTO, LOGTO_APPS, PEOPLE, TABLE } from './samples.ts'

const ROOT = join(import.meta.dirname, '../..')
const TEXT = readFileSync(join(ROOT, 'docs/migrating.md'), 'utf8')

type Block = { heading: string; language: string; code: string }

/** The blocks of the chapter on accounts, with their headings. */
const BLOCKS: Block[] = []
let heading = ''
const [, chapter = ''] = /^## Accounts\n([\s\S]*?)(?=^## |$(?![\s\S]))/m.exec(TEXT) ?? []
for (const [, title, language = '', code = ''] of chapter.matchAll(
  /^### (.+)$|^```(\w*)\n([\s\S]*?)^```$/gm,
)) {
  heading = title ?? heading
  if (title === undefined) BLOCKS.push({ heading, language, code })
}

/** The whole recipe runs in a shell, with the program of the command line. That of moving to MySQL does so, too. */
const IN_A_SHELL = 'From a PostgreSQL table'

/** Where PostgreSQL is installed, its recipe runs on a real one. */
const POSTGRES = postgresPrograms()

/** What the tools of the other systems write here: each writes the sample of its system. */
const IMITATIONS = {
  psql: `case "$*" in *copy*) ${POSTGRES ? `exec "${findBinary('psql')}" "$@"` : `printf '%s' "$CSV" > users.csv`};; *applications*) printf '%s' "$LOGTO_APPS";; *) printf '%s' "$LOGTO";; esac`,
  'kc.sh': `printf '%s' "$KEYCLOAK" > realm.json`,
  firebase: `printf '%s' "$FIREBASE" > firebase.json`,
  auth0: `printf '%s' "$AUTH0_APPS"`,
  npm: `shift 3; exec "$NODE" "${join(ROOT, 'src/cli.ts')}" "$@"`,
}

const TOOLS = POSTGRES
  ? 'a real PostgreSQL and imitations of the other tools'
  : 'imitations of the other tools'

describe(`docs/migrating.md, with ${TOOLS}`, function () {
  let place: Place
  let old: Awaited<ReturnType<typeof startPostgres>> | undefined
  let service: Place

  before(async () => {
    place = embeddedPlace()
    service = await servicePlace()
    old = POSTGRES === undefined ? undefined : await startPostgres(POSTGRES)
    await old?.run(TABLE)
    const bin = join(place.folder, 'bin')
    mkdirSync(bin)
    for (const [name, script] of Object.entries(IMITATIONS)) {
      writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`)
      chmodSync(join(bin, name), 0o755)
    }
    writeFileSync(join(place.folder, 'people.ndjson'), PEOPLE)
    writeFileSync(join(place.folder, 'passphrase.txt'), 'seven grey kettles\n')
    writeFileSync(join(place.folder, 'auth0.ndjson'), AUTH0)
    const settings = Object.entries(service.env).map(([name, value]) => `${name}='${value}'\n`)
    writeFileSync(join(place.folder, 'service.env'), settings.join(''))
    for (const { language, code } of BLOCKS)
      if (language === 'json') writeFileSync(join(place.folder, 'hash.json'), code)
  })
  after(async () => {
    await old?.stop()
    await service.remove()
    await place.remove()
  })

  function run(code: string): string {
    const { status, stdout, stderr } = spawnSync('sh', ['-e', '-c', code], {
      cwd: place.folder,
      encoding: 'utf8',
      env: {
        ...BARE_ENVIRONMENT,
        ...place.env,
        OLD_DATABASE: old?.connection ?? '',
        CSV,
        LOGTO,
        LOGTO_APPS,
        AUTH0_APPS,
        KEYCLOAK,
        FIREBASE,
        NODE: process.execPath,
        PATH: `${join(place.folder, 'bin')}:${dirname(process.execPath)}:/usr/bin:/bin`,
      },
    })
    expect({ status, stderr }, code).to.eql({ status: 0, stderr: '' })
    return stdout
  }

  /** Line by line: commands run in this process, others in a shell. */
  async function runHere(code: string): Promise<string> {
    let printed = ''
    for (const line of code.trim().split('\n')) {
      const words = line.startsWith(CLI_LINE) ? wordsOf(line.slice(CLI_LINE.length)) : undefined
      const text = words ? await place.text(words.map((word) => inFolder(place, word))) : run(line)
      printed += `${text}\n`
    }
    return printed
  }

  const passwords: Record<string, string> = { 'fire@example.com': 'user1password' }

  async function signsIn(at: Place, email: string): Promise<void> {
    const server = await at.open()
    try {
      const password = passwords[email] ?? 'violet kettle 41'
      const result = await signIn(server, { email, password, ip: '192.0.2.8' })
      // Who had a second factor there is asked for it here.
      expect(result.ok || result.reason === 'second_factor', email).to.equal(true)
      expect((await findAccountByEmail(server.db, email))?.passwordHash).to.match(
        /^\$argon2id\$v=19\$m=19456/,
      )
    } finally {
      await server.close()
    }
  }

  const recipes: [string, string[]][] = [
    [IN_A_SHELL, ['ada@example.com', 'path@example.com']],
    ['From Keycloak', ['key@example.com', 'cloak@example.com']],
    ['From Auth0', ['auth@example.com', 'zero@example.com']],
    ['From Logto', ['logto@example.com']],
    ['From Firebase', ['fire@example.com']],
  ]
  for (const [title, emails] of recipes)
    it(`${title}: people sign in with the password that they had [A15]`, async () => {
      const blocks = BLOCKS.filter((one) => one.heading === title && one.language === 'sh')
      expect(blocks).to.have.length.above(0)
      const runBlock = title === IN_A_SHELL ? run : runHere
      let printed = ''
      for (const { code } of blocks) printed += await runBlock(code)
      expect(printed).to.match(/^imported +[1-9]/m)
      for (const email of emails) await signsIn(place, email)
    })

  it('From SQLite to MySQL: the service has the accounts of the embedded server [A21]', async () => {
    const [block] = BLOCKS.filter((one) => one.heading === 'From SQLite to MySQL')
    expect(run(block?.code ?? '')).to.match(/^imported +[1-9]/m)
    await signsIn(service, 'ada@example.com')
  })

  it('registers the apps of the other systems with their secrets', async () => {
    const { clients } = await place.json(['client', 'list'])
    expect(clients.map((client) => client.client_id)).to.have.members(['shop', 'auth0-app', 'logto-app'])
  })

  it('leaves no block of the chapter unrun', () => {
    const run = new Set(['From SQLite to MySQL', ...recipes.map(([title]) => title)])
    const shell = BLOCKS.filter(({ language }) => language === 'sh')
    expect(shell.filter((one) => !run.has(one.heading))).to.eql([])
    expect(shell).to.have.length.above(5)
  })

  it('reports what Keycloak has and this server has no place for, and keeps it', () => {
    const entries = readFileSync(join(place.folder, 'realm.json.refused.ndjson'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    const codes = entries.map(({ outcome, code }) => `${String(outcome)} ${String(code)}`)
    expect(codes).to.have.members([
      'left_out passkey',
      'left_out role auditor',
      'left_out attribute phone',
      'refused service_account',
      'refused client_built_in',
      'left_out redirect https://shop.example/*',
      'left_out no consent page',
    ])
    expect(JSON.stringify(entries)).to.contain('a-passkey-id')
  })
})
