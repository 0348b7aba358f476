/**
 * Searches of accounts among many: how long a page takes, and how long the event loop waits meanwhile. On SQLite a query runs inside
 * the process, so there the two are nearly the same. `npm run bench -- --accounts`.
 */
import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { searchColumns, SEARCH_COLUMNS } from '../src/account-cache/search-columns.ts'
import { ACCOUNT_COLUMNS } from '../src/accounts/account.ts'
import { listAccounts } from '../src/accounts/search/account-list.ts'
import type { AccountQuery } from '../src/accounts/search/account-list.ts'
import { foldUsername } from '../src/accounts/folded-username.ts'
import { isSqlite, openDatabase } from '../src/platform/sql/database.ts'
import type { Db } from '../src/platform/sql/database.ts'
import { migrate } from '../src/platform/sql/migrate.ts'
import { dataFolder } from '../test/support/service-process.ts'
import { createDatabase } from '../test/support/services.ts'
import { timed } from './timed.ts'

const ROWS_AT_ONCE = 500
const PAGE = 50
const FAR_PAGE = 50
const CREATED_AT_MS = 1_700_000_000_000

// The first ones of each list are frequent, as in life.
const GIVEN =
  'Maria Anna John Ivan Wei Li Olga Peter Ada Grace Łukasz Søren Zoë José Ahmed Yuki Nina Omar Ruth Tom'
const FAMILY =
  'Smith Müller García Ivanova Wang Kim Nowak Rossi Silva Haddad Novák Lovelace Hopper Turing Noether Curie Abbot Zhukova'
const GIVEN_NAMES = GIVEN.split(' ')
const FAMILY_NAMES = FAMILY.split(' ')
const COLUMNS = [...ACCOUNT_COLUMNS, 'usernameCanonical', ...SEARCH_COLUMNS] as const

/** Figures in milliseconds. */
export type Searched = {
  database: string
  what: string
  page: number
  p50: number
  p99: number
  loopP99: number
  loopMax: number
}

/** False when one page of a hundred took 100 ms, or the event loop waited for 50 ms. */
export async function benchAccounts(args: readonly string[]): Promise<boolean> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      accounts: { type: 'boolean' },
      count: { type: 'string', default: '1000000' },
      rounds: { type: 'string', default: '100' },
      servers: { type: 'string', default: 'sqlite,mariadb' },
    },
  })
  const [count, rounds] = [Number(values.count), Number(values.rounds)]
  const all: Searched[] = []
  for (const name of values.servers.split(',')) {
    const { db, drop } = await opened(name)
    try {
      await migrate(db)
      const startedAt = performance.now()
      const seed = await fillAccounts(db, count)
      const groups = await fillGroups(db, seed)
      const seconds = Math.round((performance.now() - startedAt) / 1000)
      process.stdout.write(`${name}: ${count} accounts, filled in ${seconds} s\n`)
      const idle = Array.from({ length: rounds }, () => () => Promise.resolve())
      all.push({ database: name, what: '(the machine itself)', page: 0, ...(await timed(idle)) })
      for (const [what, searches] of casesOf(seed))
        all.push(
          ...(await measureCase(db, {
            database: name,
            what,
            queries: searches.map((search) => ({ search })),
            rounds,
          })),
        )
      for (const [what, queries] of narrowedCases(groups))
        all.push(...(await measureCase(db, { database: name, what, queries, rounds })))
    } finally {
      await db.destroy()
      await drop()
    }
  }
  process.stdout.write(`${table(all)}\n`)
  return all.every(({ p99, loopP99 }) => p99 < 100 && loopP99 < 50)
}

async function opened(name: string): Promise<{ db: Db; drop: () => Promise<unknown> }> {
  if (name === 'mariadb') {
    const { dsn, drop } = await createDatabase()
    return { db: openDatabase({ mysqlDsn: dsn, sqliteFile: '' }), drop }
  }
  const folder = dataFolder('bench-accounts')
  const db = openDatabase({ sqliteFile: join(folder, 'accounts.sqlite') })
  return { db, drop: async () => rmSync(folder, { recursive: true }) }
}

/** Some accounts, to search for. */
type Seed = { ids: string[]; emails: string[] }

export async function fillAccounts(db: Db, count: number): Promise<Seed> {
  const seed: Seed = { ids: [], emails: [] }
  for (let from = 0; from < count; from += 20 * ROWS_AT_ONCE)
    await db.transaction(async (trx) => {
      const until = Math.min(count, from + 20 * ROWS_AT_ONCE)
      for (let at = from; at < until; at += ROWS_AT_ONCE) {
        const size = Math.min(ROWS_AT_ONCE, until - at)
        const rows = Array.from({ length: size }, (_, n) => rowOf(at + n))
        const marks = `(${COLUMNS.map(() => '?').join(', ')})`
        await trx.raw(
          `insert into accounts (${COLUMNS.map(() => '??').join(', ')}) values ${rows.map(() => marks).join(', ')}`,
          [...COLUMNS, ...rows.flatMap((row) => COLUMNS.map((column) => row[column]))],
        )
        seed.ids.push(rows[0]!.id)
        seed.emails.push(rows[0]!.email)
      }
    })
  if (!isSqlite(db)) await db.raw('analyze table accounts')
  return seed
}

function rowOf(n: number) {
  const givenName = pick(GIVEN_NAMES, n * 7919)
  // Every thousandth account has a name of its own.
  const familyName = n % 1000 === 0 ? `Quixworth${n}` : pick(FAMILY_NAMES, n * 104_729)
  const local = `${givenName}.${familyName}.${n}`.toLowerCase().normalize('NFC')
  const email = `${local}@${n % 3 === 0 ? `team${n % 997}.example` : 'mail.example'}`
  const username = n % 4 === 0 ? `${givenName}${n}` : null
  const fields = { name: `${givenName} ${familyName}`, givenName, familyName, emailCanonical: email }
  return {
    ...Object.fromEntries(ACCOUNT_COLUMNS.map((column) => [column, null])),
    id: randomUUID(),
    email,
    ...fields,
    ...searchColumns(fields),
    username,
    usernameCanonical: username && foldUsername(username),
    passwordHash:
      '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$J4moa2MM0/6uf3HbY2Tf5Fux8JIBTwIhmhxGRbsY14Q',
    selfRegistered: 0,
    newPasswordDue: 0,
    secondFactorDue: 0,
    // Some of each state, all over the list.
    emailVerifiedAtMs: n % 40 === 7 ? null : CREATED_AT_MS,
    disabledAtMs: n % 80 === 3 ? CREATED_AT_MS + n : null,
    deleteAtMs: n % 500 === 11 ? CREATED_AT_MS + n : null,
    sessionsValidFromMs: CREATED_AT_MS,
    createdAtMs: CREATED_AT_MS + n,
    updatedAtMs: CREATED_AT_MS + n,
  } as Record<(typeof COLUMNS)[number], string | number | null> & { id: string; email: string }
}

/** An earlier name twice as often as one that comes later. */
function pick(names: readonly string[], spread: number): string {
  const at = (spread % 1000) / 1000
  return names[Math.floor(at * at * names.length)] ?? ''
}

function casesOf({ ids, emails }: Seed): [what: string, searches: string[]][] {
  const begun = (length: number) => emails.map((email) => email.slice(0, length))
  return [
    ['no search, newest first', ['']],
    ['1 letter', begun(1)],
    ['2 letters', begun(2)],
    ['3 letters', begun(3)],
    ['8 letters', begun(8)],
    ['a common name', ['maria smith', 'Smith', 'ANNA', 'müller']],
    ['a rare name', ['quixworth7', 'Quixworth12', 'quixworth500']],
    ['one domain of two thirds', ['@mail.example']],
    [
      'a small domain',
      emails.map((email) => email.slice(email.indexOf('@'))).filter((one) => one !== '@mail.example'),
    ],
    ['a whole address', emails],
    ['an id', ids.map((id) => id.slice(0, 8))],
    ['nobody', ['xyzzy', 'qqqq', '@nowhere']],
  ]
}

/** A large group has every tenth account, and a role every fiftieth. Small ones have a few. */
async function fillGroups(db: Db, { ids }: Seed): Promise<{ large: string; small: string }> {
  const [large, small] = [randomUUID(), randomUUID()]
  const made = { description: '', createdAtMs: 0, updatedAtMs: 0 }
  for (const [id, name] of [
    [large, 'large'],
    [small, 'small'],
  ] as const)
    await db('groups').insert({ id, name, nameCanonical: name, ...made })
  const every = (table: string, values: string, bindings: (string | number)[]) =>
    db.raw(`insert into ${table} select ${values} from accounts where created_at_ms % ? = 0`, bindings)
  await every('group_members (group_id, account_id)', '?, id', [large, 10])
  await every('account_roles (account_id, role)', "id, 'support'", [50])
  const few = ids.slice(0, 30)
  await db.batchInsert(
    'group_members',
    few.map((accountId) => ({ groupId: small, accountId })),
  )
  if (!isSqlite(db)) await db.raw('analyze table accounts, group_members, account_roles')
  return { large, small }
}

function narrowedCases({ large, small }: { large: string; small: string }): [string, AccountQuery[]][] {
  return [
    ['active', [{ state: 'active' }]],
    ['disabled', [{ state: 'disabled' }]],
    ['not verified', [{ state: 'unverified' }]],
    ['deletion planned', [{ state: 'deletion_planned' }]],
    ['a group of a tenth', [{ groupId: large }]],
    ['a small group', [{ groupId: small }]],
    ['a role of a fiftieth', [{ role: 'support' }]],
    ['a common name, active', [{ search: 'Smith', state: 'active' }]],
    ['a common name, disabled', [{ search: 'Smith', state: 'disabled' }]],
    ['a common name, group', [{ search: 'Smith', groupId: large }]],
    ['a common name, small group', [{ search: 'Smith', groupId: small }]],
    ['group and disabled', [{ groupId: large, state: 'disabled' }]],
    ['group and role', [{ groupId: large, role: 'support' }]],
  ]
}

type Case = { database: string; what: string; queries: readonly AccountQuery[]; rounds: number }

async function measureCase(db: Db, { database, what, queries, rounds }: Case): Promise<Searched[]> {
  const chosen = Array.from({ length: rounds }, (_, at) => queries[(at * 37) % queries.length] ?? {})
  const first = await timed(chosen.map((query) => () => listAccounts(db, { ...query, limit: PAGE })))
  const results = [{ database, what, page: 1, ...first }]
  const far = new Map<AccountQuery, string | undefined>()
  for (const query of new Set(chosen)) far.set(query, await cursorOf(db, query))
  const reached = chosen.filter((query) => far.get(query) !== undefined)
  if (reached.length === 0) return results
  const later = await timed(
    reached.map((query) => () => listAccounts(db, { ...query, limit: PAGE, after: far.get(query) })),
  )
  return [...results, { database, what, page: FAR_PAGE, ...later }]
}

/** Where the far page begins, if there is one. */
async function cursorOf(db: Db, query: AccountQuery): Promise<string | undefined> {
  let after: string | undefined
  for (let page = 1; page < FAR_PAGE; page += 1) {
    after = (await listAccounts(db, { ...query, limit: PAGE, after })).next
    if (after === undefined) return undefined
  }
  return after
}

function table(all: readonly Searched[]): string {
  const head = 'database  search                      page     p50     p99  loop p99  loop max (ms)'
  const lines = all.map(({ database, what, page, p50, p99, loopP99, loopMax }) => {
    const figures = [p50, p99].map((ms) => ms.toFixed(1).padStart(8)).join('')
    const loop = [loopP99, loopMax].map((ms) => ms.toFixed(1).padStart(10)).join('')
    return `${database.padEnd(10)}${what.padEnd(28)}${String(page).padStart(4)}${figures}${loop}`
  })
  return [head, ...lines].join('\n')
}
