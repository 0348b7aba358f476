/** The answers to idempotency keys. A key belongs to its sender; with another order it is refused. */
import { createHash } from 'node:crypto'
import { isDuplicate } from '../database.ts'
import type { Db, Trx } from '../database.ts'
import type { Receipt, Order } from './transfer.ts'
import { Refusal } from './refusal.ts'
import type { RefusalCode } from './refusal.ts'

export type KeptAnswer = { replayed?: true } & (
  | { status: 201; body: Receipt }
  | { status: number; body: { code: RefusalCode; detail: string } }
)

type Row = { fingerprint: string; status: number; body: string }

/** @throws Refusal 422 `idempotency_key_reused` */
export async function findKept(db: Db | Trx, order: Order): Promise<KeptAnswer | undefined> {
  const row = await db('idempotency_keys')
    .where({ sender_sub: order.sender, idempotency_key: order.idempotencyKey })
    .first<Row | undefined>('fingerprint', 'status', 'body')
  if (!row) return undefined
  if (row.fingerprint !== fingerprintOf(order)) throw new Refusal('idempotency_key_reused')
  return { status: row.status, body: JSON.parse(row.body), replayed: true } as KeptAnswer
}

/** A key that another request has taken meanwhile keeps the first answer, and inside a transaction it ends that one. */
export async function keep(
  db: Db | Trx,
  order: Order,
  answer: KeptAnswer,
  nowMs: number,
): Promise<KeptAnswer> {
  try {
    await db('idempotency_keys').insert({
      sender_sub: order.sender,
      idempotency_key: order.idempotencyKey,
      fingerprint: fingerprintOf(order),
      status: answer.status,
      body: JSON.stringify(answer.body),
      created_at_ms: nowMs,
    })
    return answer
  } catch (error) {
    if (!isDuplicate(error) || db.isTransaction) throw error
    return (await findKept(db, order)) ?? answer
  }
}

/** Deletes answers that are older than `beforeMs`. */
export async function purgeKept(db: Db, beforeMs: number): Promise<number> {
  return db('idempotency_keys').where('created_at_ms', '<', beforeMs).delete()
}

function fingerprintOf({ recipient, amountMinor, note }: Order): string {
  return createHash('sha256')
    .update(JSON.stringify([recipient, amountMinor, note ?? null]))
    .digest('hex')
}
