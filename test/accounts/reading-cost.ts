/** What a page of a list of accounts costs: rows that are read, and plans of statements. */
import { expect } from 'chai'
import { searchColumns } from '../../src/account-cache/search-columns.ts'
import { listAccounts } from '../../src/accounts/search/account-list.ts'
import type { AccountQuery } from '../../src/accounts/search/account-list.ts'
import { isSqlite } from '../../src/platform/sql/database.ts'
import type { Db } from '../../src/platform/sql/database.ts'
import type { World } from './account-world.ts'

/** Ten accounts of a page, from up to six indexes. To walk takes 3,000. */
export const FEW_READS = 300

/** How many rows of tables and indexes MariaDB reads for a page. SQLite does not count them. */
export async function readsOf(db: Db, query: AccountQuery) {
  return db.transaction(async (trx) => {
    if (isSqlite(db)) return { ...(await listAccounts(trx, { ...query, limit: 10 })), reads: 0 }
    const counted = async () => {
      const [rows] = (await trx.raw(`show session status like 'Handler_read%'`)) as [{ Value: string }[]]
      return rows.reduce((sum, { Value }) => sum + Number(Value), 0)
    }
    const before = await counted()
    const page = await listAccounts(trx, { ...query, limit: 10 })
    return { ...page, reads: (await counted()) - before }
  })
}

/** Hears every statement. Answers what walks, of all of them. */
export function notePlans(db: Db): () => Promise<string[]> {
  const heard: { sql: string; bindings: string[] }[] = []
  const note = (one: { sql: string; bindings: string[] }) => void heard.push(one)
  db.on('query', note)
  return async () => {
    db.removeListener('query', note)
    const asked = heard.filter(({ sql }) => sql.startsWith('select'))
    expect(asked.length).to.be.greaterThan(10)
    const walks = []
    for (const { sql, bindings } of asked) walks.push(...(await walksOf(db, sql, bindings)))
    return walks
  }
}

export async function addMany({ db, add }: World, count: number): Promise<void> {
  const { id } = await add({ email: 'a@example.com' })
  const row = (await db('accounts').where({ id }).first('*')) as Record<string, unknown>
  const rows = Array.from({ length: count }, (_, n) => {
    const fields = {
      name: `Ann Lee ${n}`,
      givenName: null,
      familyName: null,
      emailCanonical: `ann${n}@example.com`,
    }
    const createdAtMs = Number(row['createdAtMs']) + n
    const usernameCanonical = `ann${n}`
    return { ...row, id: `${n}-x`, createdAtMs, usernameCanonical, ...fields, ...searchColumns(fields) }
  })
  await db.batchInsert('accounts', rows, 200)
}

/** Two accounts of one moment are rare. */
const isOfEqual = (detail: string) => detail.includes('LAST TERM OF ORDER BY')

type Step = { parent: number; detail: string }

/** What the plan of a statement reads from beginning to end, or sorts, of the table itself. */
async function walksOf(db: Db, sql: string, bindings: string[]): Promise<string[]> {
  const steps = (await db.raw(`explain query plan ${sql}`, bindings)) as Step[]
  const isRead = ({ detail }: Step) =>
    /^(SEARCH|SCAN) (accounts|account_pictures|account_roles|group_members|registration_approvals)\b/.test(
      detail,
    )
  const isSorted = ({ parent, detail }: Step) =>
    detail.includes('TEMP B-TREE') &&
    !isOfEqual(detail) &&
    steps.some((one) => one.parent === parent && isRead(one))
  // The first page of all begins where its index begins.
  const isFirstPage = /from .accounts. order by/.test(sql)
  const isWalk = (step: Step) => isRead(step) && step.detail.startsWith('SCAN ') && !isFirstPage
  return steps.filter((step) => isWalk(step) || isSorted(step)).map(({ detail }) => `${detail}: ${sql}`)
}
