/**
 * Accounts of the ledger and their history. An account belongs to a `sub` of the account server and is opened with its
 * first transfer. The bank pays the starting balance, so that the sum of all balances is zero.
 */
import type { Db, Trx } from '../database.ts'
import { newTransferId } from './transfer-id.ts'

/** Who an account belongs to, and the name that others read. */
export type Person = { sub: string; name?: string | undefined }

export type Account = { id: number; sub: string; balanceMinor: number }

export type HistoryItem = {
  id: string
  kind: 'transfer' | 'opening'
  /** Below zero for what the account sent. */
  amountMinor: number
  /** After this transfer. */
  balanceMinor: number
  /** An address or a user name; `null` where none is known. */
  counterparty: string | null
  note: string | null
  createdAtMs: number
}

const BANK = ''

/** Without an account yet it is what the account will be opened with. */
export async function balanceOf(db: Db, sub: string, startingBalanceMinor: number): Promise<number> {
  const [account] = await findAccounts(db, [sub])
  return account?.balanceMinor ?? startingBalanceMinor
}

/** Newest first. */
export async function historyOf(
  db: Db,
  sub: string,
  { skip, limit }: { skip: number; limit: number },
): Promise<HistoryItem[]> {
  const [account] = await findAccounts(db, [sub])
  if (!account) return []
  const rows = await db('entries as entry')
    .join('transfers as transfer', 'transfer.id', 'entry.transfer_id')
    .join('accounts as other', 'other.id', 'entry.counter_account_id')
    .where('entry.account_id', account.id)
    .orderBy('entry.id', 'desc')
    .offset(skip)
    .limit(limit)
    .select<HistoryRow[]>(
      'transfer.id',
      'transfer.kind',
      'entry.amount_minor',
      'entry.balance_minor',
      'transfer.recipient_name',
      'other.name',
      'transfer.note',
      'transfer.created_at_ms',
    )
  return rows.map(toItem)
}

/**
 * Both accounts, locked until the transaction ends; one that is missing is opened. The bank is locked before accounts,
 * and accounts in the order of their ids. So two transfers that need the same rows never wait for each other in a circle.
 */
export async function lockAccounts(
  trx: Trx,
  people: readonly Person[],
  opening: { balanceMinor: number; nowMs: number; knownIds?: readonly number[] | undefined },
): Promise<Account[]> {
  const subs = people.map(({ sub }) => sub)
  if (opening.knownIds) {
    const known = await lockById(trx, opening.knownIds)
    // Another account would be there only if somebody had put an older database in place.
    if (subs.every((sub) => known.some((one) => one.sub === sub))) return known
  }
  let found = await findAccounts(trx, subs)
  if (found.length < subs.length) {
    await openMissing(trx, people, opening)
    found = await findAccounts(trx, subs)
  }
  return lockById(
    trx,
    found.map(({ id }) => id),
  )
}

async function lockById(trx: Trx, ids: readonly number[]): Promise<Account[]> {
  return (
    await selectAll(trx)
      .whereIn('id', [...ids])
      .orderBy('id')
      .forUpdate()
  ).map(toAccount)
}

/** The name that the other side of a transfer reads. */
export async function nameAccount(db: Db, sub: string, name: string): Promise<void> {
  await db('accounts').where({ sub }).update({ name })
}

async function openMissing(
  trx: Trx,
  people: readonly Person[],
  { balanceMinor, nowMs }: { balanceMinor: number; nowMs: number },
): Promise<void> {
  const [bank] = (await selectAccounts(trx, [BANK]).forUpdate()).map(toAccount)
  if (!bank) throw new Error('the bank has no account')
  // Another transfer may have opened one of them before this one had the bank.
  const found = await findAccounts(
    trx,
    people.map(({ sub }) => sub),
  )
  const there = new Set(found.map(({ sub }) => sub))
  for (const { sub, name = null } of people.filter((one) => !there.has(one.sub))) {
    await trx('accounts').insert({ sub, name, balance_minor: 0, opened_at_ms: nowMs })
    const [recipient] = await findAccounts(trx, [sub])
    if (!recipient || balanceMinor === 0) continue
    await book(
      trx,
      { id: newTransferId(nowMs), kind: 'opening', sender: bank, recipient, nowMs },
      balanceMinor,
    )
  }
}

export type Booking = {
  id: string
  kind: HistoryItem['kind']
  sender: Account
  recipient: Account
  recipientName?: string | undefined
  note?: string | undefined
  nowMs: number
}

/** Moves the amount between two locked accounts: two balances, one transfer, two entries. Changes the given balances. */
export async function book(trx: Trx, booking: Booking, amountMinor: number): Promise<void> {
  const { id, kind, sender, recipient, recipientName, note, nowMs } = booking
  sender.balanceMinor -= amountMinor
  recipient.balanceMinor += amountMinor
  // One statement for both: the condition sets the balance that belongs to each.
  const ofEach = [sender.id, sender.balanceMinor, recipient.balanceMinor]
  await trx('accounts')
    .whereIn('id', [sender.id, recipient.id])
    .update({ balance_minor: trx.raw('case when id = ? then ? else ? end', ofEach) })
  await trx('transfers').insert({
    id,
    kind,
    sender_id: sender.id,
    recipient_id: recipient.id,
    recipient_name: recipientName ?? null,
    amount_minor: amountMinor,
    note: note ?? null,
    created_at_ms: nowMs,
  })
  await trx('entries').insert([
    entry(id, sender, recipient, -amountMinor),
    entry(id, recipient, sender, amountMinor),
  ])
}

function entry(transfer_id: string, own: Account, other: Account, amount_minor: number) {
  return {
    transfer_id,
    account_id: own.id,
    counter_account_id: other.id,
    amount_minor,
    balance_minor: own.balanceMinor,
  }
}

/** Those of these people who have one. */
export async function findAccounts(db: Db | Trx, subs: readonly string[]): Promise<Account[]> {
  return (await selectAccounts(db, subs)).map(toAccount)
}

type AccountRow = { id: number; sub: string; balance_minor: number | string }

function selectAccounts(db: Db | Trx, subs: readonly string[]) {
  return selectAll(db).whereIn('sub', [...subs])
}

function selectAll(db: Db | Trx) {
  return db<AccountRow, AccountRow[]>('accounts').select('id', 'sub', 'balance_minor')
}

function toAccount({ id, sub, balance_minor }: AccountRow): Account {
  return { id, sub, balanceMinor: Number(balance_minor) }
}

type HistoryRow = {
  id: string
  kind: HistoryItem['kind']
  amount_minor: number
  balance_minor: number
  recipient_name: string | null
  name: string | null
  note: string | null
  created_at_ms: number
}

function toItem(row: HistoryRow): HistoryItem {
  const sent = row.amount_minor < 0
  return {
    id: row.id,
    kind: row.kind,
    amountMinor: Number(row.amount_minor),
    balanceMinor: Number(row.balance_minor),
    counterparty: row.kind === 'opening' ? null : sent ? row.recipient_name : row.name,
    note: row.note,
    createdAtMs: Number(row.created_at_ms),
  }
}
