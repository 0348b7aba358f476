/** What has to be zero in the books after a storm, read from the database itself. */
import { openDatabase } from '../database.ts'
import type { Db } from '../database.ts'

export type Books = {
  sumOfBalances: number
  sumOfEntries: number
  /** Accounts below zero, beside the bank. */
  overdrawn: number
  /** Accounts with a balance that is not the sum of their entries, and transfers without two entries that sum to zero. */
  unbalanced: number
  /** Transfers in the books beyond those that were answered with 201, or fewer. */
  unaccounted: number
}

export async function readBooks(database: string, accepted: number): Promise<Books> {
  const db = await openDatabase(database)
  try {
    const overdrawn = db('accounts').where('balance_minor', '<', 0).whereNot('sub', '')
    return {
      sumOfBalances: await sumOf(db, 'accounts', 'balance_minor'),
      sumOfEntries: await sumOf(db, 'entries', 'amount_minor'),
      overdrawn: await countOf(db, overdrawn.select('id')),
      unbalanced: await countUnbalanced(db),
      unaccounted: (await countOf(db, db('transfers').where({ kind: 'transfer' }).select('id'))) - accepted,
    }
  } finally {
    await db.destroy()
  }
}

async function countUnbalanced(db: Db): Promise<number> {
  const accounts = db('accounts as account')
    .leftJoin('entries as entry', 'entry.account_id', 'account.id')
    .groupBy('account.id', 'account.balance_minor')
    .havingRaw('account.balance_minor <> coalesce(sum(entry.amount_minor), 0)')
    .select('account.id')
  const transfers = db('transfers as transfer')
    .leftJoin('entries as entry', 'entry.transfer_id', 'transfer.id')
    .groupBy('transfer.id', 'transfer.amount_minor')
    .havingRaw(
      'count(*) <> 2 or sum(entry.amount_minor) <> 0 or max(entry.amount_minor) <> transfer.amount_minor',
    )
    .select('transfer.id')
  return (await countOf(db, accounts)) + (await countOf(db, transfers))
}

async function countOf(db: Db, rows: ReturnType<Db>): Promise<number> {
  const [row] = await db.from(rows.as('found')).count({ n: '*' })
  return Number(row?.['n'])
}

async function sumOf(db: Db, table: string, column: string): Promise<number> {
  const [row] = await db(table).sum({ sum: column })
  return Number(row?.['sum'])
}
