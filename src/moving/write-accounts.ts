/** Inserts many accounts with few statements. */
import { ACCOUNT_COLUMNS } from '../accounts/account.ts'
import type { Account } from '../accounts/account.ts'
import type { Role } from '../accounts/role-names.ts'
import type { Consent } from '../consents/consents.ts'
import { foldGroupName } from '../groups/group-name.ts'
import { createdGroups } from './incoming-groups.ts'
import { recordAudits } from '../audit/audit.ts'
import { insertFactors } from '../factors/moved-factors.ts'
import type { Sql } from '../platform/sql/database.ts'
import type { Sealer } from '../platform/tokens.ts'
import type { IncomingFactors } from './incoming-factors.ts'

export type NewRow = {
  row: Account & { usernameCanonical: string | null }
  roles: readonly Role[]
  consents: readonly Omit<Consent, 'accountId'>[]
  factors: IncomingFactors | undefined
  /** Names. */
  groups: readonly string[]
}

const COLUMNS = [...ACCOUNT_COLUMNS, 'usernameCanonical'] as const

/** Rows of one statement: 18 values each, and the smallest limit is SQLite's 32,766. */
const ROWS = 500

/** @throws a unique violation when an address or id is taken; nothing is inserted then. */
export async function insertRows(
  trx: Sql,
  rows: readonly NewRow[],
  { atMs, from, ...keys }: { atMs: number; from: string; sealer: Sealer; key: Buffer },
): Promise<void> {
  for (let at = 0; at < rows.length; at += ROWS) {
    const part = rows.slice(at, at + ROWS)
    const marks = `(${COLUMNS.map(() => '?').join(', ')})`
    const names = COLUMNS.map(() => '??').join(', ')
    const values = part.flatMap(({ row }) => COLUMNS.map((column) => valueOf(row[column])))
    await trx.raw(`insert into accounts (${names}) values ${part.map(() => marks).join(', ')}`, [
      ...COLUMNS,
      ...values,
    ])
  }
  const roles = rows.flatMap(({ row, roles: of }) => of.map((role) => ({ accountId: row.id, role })))
  if (roles.length > 0) await trx.batchInsert('account_roles', roles, ROWS)
  const consents = rows.flatMap(({ row, consents: of }) => of.map((one) => storedConsent(row.id, one)))
  if (consents.length > 0) await trx.batchInsert('consents', consents, ROWS)
  await insertMembers(trx, rows, atMs)
  await insertFactors(trx, keys, rows.flatMap(arriving), atMs)
  // Last, so that events show the whole account.
  for (let at = 0; at < rows.length; at += ROWS)
    await recordAudits(
      trx,
      rows.slice(at, at + ROWS).map(({ row, factors }) => ({
        atMs,
        action: 'account.imported',
        actor: 'cli',
        accountId: row.id,
        detail: {
          from,
          verified: row.emailVerifiedAtMs !== null,
          ...(factors?.totp && { secondFactor: true }),
        },
      })),
    )
}

function arriving({ row, factors }: NewRow) {
  return factors?.totp ? [{ accountId: row.id, totp: factors.totp, codes: factors.recoveryCodes }] : []
}

async function insertMembers(trx: Sql, rows: readonly NewRow[], atMs: number): Promise<void> {
  const names = [...new Set(rows.flatMap(({ groups }) => groups))]
  if (names.length === 0) return
  const ids = await createdGroups(
    trx,
    names.map((name) => ({ name })),
    atMs,
  )
  const idOf = new Map(names.map((name) => [name, ids.get(foldGroupName(name))]))
  const members = rows.flatMap(({ row, groups }) => groups.map((name) => [idOf.get(name) ?? '', row.id]))
  // In the order of the primary key, which costs SQLite least.
  members.sort(([a = ''], [b = '']) => (a < b ? -1 : 1))
  for (let at = 0; at < members.length; at += MEMBERS) {
    const part = members.slice(at, at + MEMBERS)
    const marks = part.map(() => '(?, ?)').join(', ')
    const sql = `insert into group_members (group_id, account_id) values ${marks}`
    await trx.raw(sql, part.flat())
  }
}

/** Rows of one statement, of two values each. */
const MEMBERS = 5000

function valueOf(value: string | number | boolean | null): string | number | null {
  return typeof value === 'boolean' ? Number(value) : value
}

function storedConsent(accountId: string, one: Omit<Consent, 'accountId'>) {
  return {
    ...one,
    accountId,
    scopes: JSON.stringify(one.scopes),
    claims: JSON.stringify(one.claims),
    resources: JSON.stringify(one.resources),
    clientPin: one.clientPin === null ? null : JSON.stringify(one.clientPin),
  }
}
