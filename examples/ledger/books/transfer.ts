/**
 * A transfer from one person to another: balances, entries and the answer to the idempotency key in one transaction. The
 * same key answers the same, also after a crash: either all of it was written, or none of it.
 */
import { inTransaction } from '../database.ts'
import type { Db, Trx } from '../database.ts'
import { book, lockAccounts } from './account.ts'
import type { AccountIds } from './account-ids.ts'
import { findKept, keep } from './kept-answer.ts'
import type { KeptAnswer } from './kept-answer.ts'
import { Refusal } from './refusal.ts'
import { newTransferId } from './transfer-id.ts'

export type Order = {
  /** The `sub` of the person who sends. */
  sender: string
  /** What the recipient reads about the sender, where it is known. */
  senderName?: string | undefined
  /** An address or a user name, as it was typed. */
  recipient: string
  /** More than zero. */
  amountMinor: number
  note?: string | undefined
  idempotencyKey: string
}

export type TransferNeeds = {
  db: Db
  clock: () => number
  startingBalanceMinor: number
  accountIds: AccountIds
  /** The `sub` of an address or a user name. Throws what is an outage. */
  lookUp: (recipient: string) => Promise<string | undefined>
}

/** What the sender reads. */
export type Receipt = {
  id: string
  amount_minor: number
  recipient: string
  note: string | null
  balance_minor: number
  created_at: string
}

/**
 * Answers a `Receipt` with 201, or a refusal with its status. Both are kept for the key. A new key is the usual case, so
 * nothing is asked before: a key that was used ends the transaction, and then its answer is read.
 * @throws Refusal 422 `idempotency_key_reused`, 503 `temporarily_unavailable`
 */
export async function transfer(needs: TransferNeeds, order: Order): Promise<KeptAnswer> {
  try {
    const recipient = await needs.lookUp(order.recipient)
    if (recipient === undefined)
      throw new Refusal('recipient_unknown', `Nobody is registered as “${order.recipient}”.`)
    if (recipient === order.sender) throw new Refusal('self_transfer', 'You cannot send money to yourself.')
    const knownIds = await needs.accountIds.of([order.sender, recipient])
    return await inTransaction(needs.db, (trx) => transferIn(trx, needs, order, { sub: recipient, knownIds }))
  } catch (error) {
    const kept = await findKept(needs.db, order)
    if (kept) return kept
    if (!(error instanceof Refusal) || error.status !== 422) throw error
    const answer = { status: error.status, body: { code: error.code, detail: error.message } }
    return keep(needs.db, order, answer, needs.clock())
  }
}

async function transferIn(
  trx: Trx,
  { clock, startingBalanceMinor: balanceMinor }: TransferNeeds,
  order: Order,
  { sub: recipientSub, knownIds }: { sub: string; knownIds: number[] | undefined },
): Promise<KeptAnswer> {
  const nowMs = clock()
  const people = [
    { sub: order.sender, name: order.senderName },
    { sub: recipientSub, name: order.recipient },
  ]
  const accounts = await lockAccounts(trx, people, { balanceMinor, nowMs, knownIds })
  const sender = accounts.find(({ sub }) => sub === order.sender)
  const recipient = accounts.find(({ sub }) => sub === recipientSub)
  if (!sender || !recipient) throw new Error('an account was not opened')
  const { amountMinor, note } = order
  if (sender.balanceMinor < amountMinor)
    throw new Refusal('insufficient_funds', 'Your balance is lower than this amount.')
  if (!Number.isSafeInteger(recipient.balanceMinor + amountMinor)) throw new Refusal('balance_overflow')
  const id = newTransferId(nowMs)
  const recipientName = order.recipient
  await book(trx, { id, kind: 'transfer', sender, recipient, recipientName, note, nowMs }, amountMinor)
  const receipt: Receipt = {
    id,
    amount_minor: amountMinor,
    recipient: order.recipient,
    note: note ?? null,
    balance_minor: sender.balanceMinor,
    created_at: new Date(nowMs).toISOString(),
  }
  return keep(trx, order, { status: 201, body: receipt }, nowMs)
}
