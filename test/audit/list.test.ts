import { expect } from 'chai'
import { listEntries } from '../../src/audit/entries.ts'
import type { EntryFilter } from '../../src/audit/entries.ts'
import type { Db } from '../../src/platform/sql/database.ts'
import { isSqlite } from '../../src/platform/sql/database.ts'
import { DATABASES } from '../platform/change-feed-databases.ts'
import type { MigratedDatabase } from '../platform/change-feed-databases.ts'

const MANY = 4000
const FEW_READS = 100

for (const { name, open } of DATABASES)
  describe(`a list of the audit trail on ${name}`, () => {
    let opened: MigratedDatabase
    before(async () => {
      opened = await open()
      const rows = Array.from({ length: MANY }, (_, n) => ({
        atMs: MANY - n,
        action: n % 2 === 0 ? 'sign_in.failed' : 'sign_in.succeeded',
        actor: 'anonymous',
        clientId: n < 20 ? 'rare-app' : n % 3 === 0 ? null : 'common-app',
        detail: '{}',
      }))
      await opened.db.batchInsert('audit_events', rows, 200)
      if (!isSqlite(opened.db)) await opened.db.raw('analyze table audit_events')
    })
    after(() => opened.drop())

    const filters: EntryFilter[] = [
      { clientId: 'rare-app' },
      { clientId: 'common-app' },
      { clientId: 'nobody' },
      { action: 'sign_in.failed' },
    ]
    for (const filter of filters)
      it(`of ${Object.values(filter).join()} reads little more than its page`, async () => {
        const entries = await listEntries(opened.db, filter, { limit: 10 })
        expect(entries).to.have.length(filter.clientId === 'nobody' ? 0 : 10)
        const ids = entries.map(({ id }) => id)
        expect(ids).to.deep.equal(ids.toSorted((a, b) => b - a))
        expect(await walks(opened.db, filter)).to.deep.equal([])
      })
  })

/** What a list walks through or sorts. MariaDB counts the rows that it reads, SQLite shows its plan. */
async function walks(db: Db, filter: EntryFilter): Promise<string[]> {
  return db.transaction(async (trx) => {
    const heard: { sql: string; bindings: string[] }[] = []
    trx.on('query', (one: { sql: string; bindings: string[] }) => void heard.push(one))
    const read = async () => {
      if (isSqlite(db)) return 0
      const [rows] = (await trx.raw(`show session status like 'Handler_read%'`)) as [{ Value: string }[]]
      return rows.reduce((sum, { Value }) => sum + Number(Value), 0)
    }
    const before = await read()
    await listEntries(trx, filter, { limit: 10 })
    const reads = (await read()) - before
    if (!isSqlite(db)) return reads > FEW_READS ? [`${reads} rows`] : []
    const [list] = heard
    const steps = (await trx.raw(`explain query plan ${list!.sql}`, list!.bindings)) as { detail: string }[]
    return steps.map(({ detail }) => detail).filter((one) => /SCAN|TEMP B-TREE/.test(one))
  })
}
