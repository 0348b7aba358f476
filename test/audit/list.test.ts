import { expect } from 'chai'
import { everyEntry, listEntries } from '../../src/audit/entries.ts'
import type { AuditEntry } from '../../src/audit/entries.ts'
import type { EntryFilter, Place } from '../../src/audit/entry-walk.ts'
import { isSqlite } from '../../src/platform/sql/database.ts'
import type { Db } from '../../src/platform/sql/database.ts'
import { DATABASES } from '../platform/change-feed-databases.ts'
import type { MigratedDatabase } from '../platform/change-feed-databases.ts'

const MANY = 12_000
const PAGE = 10
/** Of a page by one condition. To walk reads 12,000. */
const FEW_READS = 100
/** Of a page by several: the keys of each are counted to 1,000, and what the rarest has is tested. */
const SOME_READS = 7500
/** A page among common conditions reads this many keys at most, and then names where it ended. */
const KEYS_OF_PAGE = 3000
/** More than are counted. */
const FREQUENT = 1100

type Row = { atMs: number; action: string; actor: string; chain: string; clientId: string | null }

/** Three of one moment. Later entries happened earlier, and no two conditions always come together. */
function rowOf(n: number) {
  return {
    atMs: MANY - Math.floor(n / 3),
    action: n % 2 === 0 ? 'sign_in.failed' : 'sign_in.succeeded',
    actor: n % 5 === 0 ? 'system' : 'anonymous',
    accountId: n % 400 === 1 ? 'ann' : null,
    chain: n % 2 === 0 ? 'attempt' : n < 60 ? 'view' : 'sign_in',
    chainSeq: n,
    clientId: n < 20 ? 'rare-app' : n % 3 === 0 ? null : 'common-app',
    detail: '{}',
  }
}

const ALONE: EntryFilter[] = [
  {},
  { clientId: 'rare-app' },
  { clientId: 'common-app' },
  { clientId: 'nobody' },
  { action: 'sign_in.failed' },
  { actor: 'anonymous' },
  { accountId: 'ann' },
  { kind: 'sign_in' },
  { kind: 'view' },
  { kind: 'administration' },
  { fromMs: MANY - 3000 },
  { untilMs: MANY - 3000 },
  { fromMs: MANY - 2000, untilMs: MANY - 1900 },
  { kind: 'attempt', untilMs: MANY - 3000 },
  { actor: 'system', fromMs: MANY - 3500, untilMs: MANY - 3000 },
]

const TOGETHER: EntryFilter[] = [
  { clientId: 'common-app', action: 'sign_in.failed' },
  { accountId: 'ann', kind: 'sign_in' },
  { kind: 'sign_in', actor: 'system', untilMs: MANY - 2000 },
  { kind: 'view', action: 'sign_in.succeeded' },
  { clientId: 'rare-app', kind: 'attempt', actor: 'anonymous' },
]

for (const { name, open } of DATABASES)
  describe(`a list of the audit trail on ${name}`, () => {
    let opened: MigratedDatabase
    let entries: Awaited<ReturnType<typeof all>>
    before(async () => {
      opened = await open()
      await opened.db.batchInsert(
        'audit_events',
        Array.from({ length: MANY }, (_, n) => rowOf(n)),
        80,
      )
      if (!isSqlite(opened.db)) await opened.db.raw('analyze table audit_events')
      entries = await all(opened.db)
    })
    after(() => opened.drop())

    for (const filter of ALONE)
      it(`of ${named(filter)} reads little more than its page`, async () => {
        expect(await walks(opened.db, filter, FEW_READS)).to.deep.equal([])
      })

    for (const filter of TOGETHER)
      it(`of ${named(filter)} tests only what one index has`, async () => {
        expect(await walks(opened.db, filter, SOME_READS)).to.deep.equal([])
      })

    for (const filter of [...ALONE, ...TOGETHER])
      it(`of ${named(filter)} has each entry once, page after page, the latest first`, async () => {
        const expected = entries.filter((row) => fits(row, filter))
        const listed = await paged(opened.db, filter)
        expect(listed.map(({ id }) => id)).to.deep.equal(expected.map(({ id }) => id))
        const exported: number[] = []
        for await (const some of everyEntry(opened.db, filter)) exported.push(...some.map(({ id }) => id))
        expect(exported).to.deep.equal(expected.map(({ id }) => id).toReversed())
      })

    it('ends a page early where common conditions leave out everything, and goes on', async () => {
      const common = rowsOf(KEYS_OF_PAGE + 1, {
        actor: 'cli',
        clientId: 'other-app',
        action: 'account.added',
      })
      const others = rowsOf(FREQUENT, { actor: 'cli', clientId: 'third-app', action: 'account.changed' })
      await opened.db.batchInsert('audit_events', [...common, ...others], 80)
      const filter = { clientId: 'other-app', action: 'account.changed' }
      const first = await listEntries(opened.db, filter, { limit: PAGE })
      expect(first.entries).to.deep.equal([])
      const keys = (await all(opened.db)).filter(({ clientId }) => clientId === 'other-app')
      expect(first.next?.id).to.equal(keys[KEYS_OF_PAGE - 1]?.id)
      expect(await listEntries(opened.db, filter, { limit: PAGE, after: first.next })).to.deep.equal({
        entries: [],
        next: undefined,
      })
    })
  })

function rowsOf(count: number, same: Omit<Row, 'atMs' | 'chain'>) {
  return Array.from({ length: count }, (_, n) => ({ ...same, atMs: n, detail: '{}' }))
}

function named(filter: EntryFilter): string {
  const parts = Object.entries(filter).map(([name, value]) => `${name} ${value}`)
  return parts.join(', ') || 'everything'
}

/** In the order of the list. */
async function all(db: Db): Promise<(Row & { id: number; accountId: string | null })[]> {
  return db('audit_events')
    .select('id', 'atMs', 'action', 'actor', 'accountId', 'chain', 'clientId')
    .orderBy([
      { column: 'atMs', order: 'desc' },
      { column: 'id', order: 'desc' },
    ])
}

function fits(row: Row, { kind, fromMs = 0, untilMs = Infinity, ...same }: EntryFilter): boolean {
  const isEqual = Object.entries(same).every(([name, value]) => row[name as keyof Row] === value)
  return isEqual && (kind === undefined || row.chain === kind) && row.atMs >= fromMs && row.atMs < untilMs
}

const READ_OF_LIST = 700

async function paged(db: Db, filter: EntryFilter): Promise<AuditEntry[]> {
  const listed: AuditEntry[] = []
  let after: Place | undefined
  do {
    const { entries, next } = await listEntries(db, filter, { limit: READ_OF_LIST, after })
    listed.push(...entries)
    after = next
  } while (after !== undefined)
  return listed
}

/**
 * What the first page and the second walk through or sort. MariaDB counts the rows that it reads. SQLite shows its plans, and which
 * index they enter.
 */
async function walks(db: Db, filter: EntryFilter, mostReads: number): Promise<string[]> {
  return db.transaction(async (trx) => {
    const heard: { sql: string; bindings: string[] }[] = []
    trx.on('query', (one: { sql: string; bindings: string[] }) => void heard.push(one))
    const read = async () => {
      if (isSqlite(db)) return 0
      const [rows] = (await trx.raw(`show session status like 'Handler_read%'`)) as [{ Value: string }[]]
      return rows.reduce((sum, { Value }) => sum + Number(Value), 0)
    }
    const found: string[] = []
    let after: Place | undefined
    for (const page of [1, 2]) {
      const before = await read()
      after = (await listEntries(trx, filter, { limit: PAGE, after })).next
      const reads = (await read()) - before
      if (reads > mostReads) found.push(`${reads} rows for page ${page}`)
      if (after === undefined) break
    }
    if (!isSqlite(db)) return found
    for (const { sql, bindings } of heard.filter(({ sql: text }) => text.startsWith('select'))) {
      const steps = (await trx.raw(`explain query plan ${sql}`, bindings)) as { detail: string }[]
      // Everything, or what one condition has, in its order: a scan that its limit ends.
      const isWalk = ({ detail }: { detail: string }) =>
        detail.includes('TEMP B-TREE') ||
        (/SCAN audit_events/.test(detail) && !detail.endsWith('USING INDEX audit_events_at_index'))
      found.push(...steps.filter(isWalk).map(({ detail }) => `${detail}: ${sql}`))
    }
    return found
  })
}
