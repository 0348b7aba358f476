/** One mail before an account goes: before a deletion that was asked for, and before one that was never confirmed. */
import type { Knex } from 'knex'
import { updateAccount } from '../../account-cache/changed-account.ts'
import { DAY_MS } from '../../platform/clock.ts'
import { inTransaction } from '../../platform/sql/database.ts'
import type { Services } from '../../services.ts'
import type { Account } from '../account.ts'
import { mailDeletionNotice } from './address-mail.ts'
import type { DeletionNotice } from './address-mail.ts'

/** How long before a deletion that was asked for. */
const BEFORE_DELETION_MS = 2 * DAY_MS

type Reminding = Pick<Services, 'config' | 'db' | 'outbox'>
type Reminded = Pick<Account, 'id' | 'email' | 'name' | 'locale' | 'zoneinfo'> & { dueAtMs: number }
type Matches = Knex.QueryCallback

/** One step of the upkeep. Answers how many it found. */
export async function remindOfDeletions(needs: Reminding, nowMs: number, limit: number): Promise<number> {
  // Where so few days are set, the first mail is recent enough.
  if (needs.config.accounts.accountDeletionMs <= BEFORE_DELETION_MS + DAY_MS) return 0
  const due: Matches = (rows) => {
    void rows.where('deleteAtMs', '>', nowMs).where('deleteAtMs', '<=', nowMs + BEFORE_DELETION_MS)
    void rows.whereNotNull('emailVerifiedAtMs')
  }
  const found: Reminded[] = await waiting(needs, due, 'deleteAtMs', limit)
  for (const one of found) await remind(needs, one, { kind: 'soon', deleteAtMs: one.dueAtMs }, nowMs)
  return found.length
}

/** The same at half the time that an account without a confirmed address is kept. */
export async function remindUnverified(needs: Reminding, nowMs: number, limit: number): Promise<number> {
  const { unverifiedAccountExpireMs: keptMs } = needs.config.accounts
  const due: Matches = (rows) => {
    void rows.where('createdAtMs', '<=', nowMs - keptMs / 2).where('createdAtMs', '>', nowMs - keptMs)
    void rows.whereNull('emailVerifiedAtMs').whereNull('disabledAtMs').where({ selfRegistered: true })
    void rows.whereNotIn('id', needs.db('account_roles').select('accountId'))
  }
  const found: Reminded[] = await waiting(needs, due, 'createdAtMs', limit)
  for (const one of found) {
    // Nobody proved that the name is that of this mailbox's owner.
    const reader = { ...one, name: '' }
    await remind(needs, reader, { kind: 'unverified', deleteAtMs: one.dueAtMs + keptMs }, nowMs)
  }
  return found.length
}

function waiting({ db }: Reminding, due: Matches, dueColumn: string, limit: number): Knex.QueryBuilder {
  return db('accounts')
    .whereNull('remindedAtMs')
    .where((rows) => due.call(rows, rows))
    .limit(limit)
    .select('id', 'email', 'name', 'locale', 'zoneinfo', `${dueColumn} as dueAtMs`)
}

/** Of several workers, one mails. */
async function remind(needs: Reminding, reader: Reminded, notice: DeletionNotice, nowMs: number) {
  await inTransaction(needs.db, async (trx) => {
    const first = await updateAccount(trx, { id: reader.id, remindedAtMs: null }, { remindedAtMs: nowMs })
    if (first === 1) await mailDeletionNotice(needs, trx, reader, notice)
  })
}
