/** Inserts many accounts with few statements. */
import { searchColumns, SEARCH_COLUMNS } from '../account-cache/search-columns.ts'
import { ACCOUNT_COLUMNS } from '../accounts/account.ts'
import type { AccountRow } from '../accounts/account.ts'
import type { Consent } from '../consents/consents.ts'
import { insertMembers } from '../groups/arriving-groups.ts'
import { recordAudits } from '../audit/audit.ts'
import { lockRoles } from '../accounts/roles/roles.ts'
import { insertFactors } from '../factors/moved-factors.ts'
import type { Sql } from '../platform/sql/database.ts'
import { insertArrivingLinks } from '../upstreams/arriving-links.ts'
import type { ArrivingIdentity } from '../upstreams/arriving-links.ts'
import type { Sealer } from '../platform/tokens.ts'
import type { IncomingFactors } from './incoming-factors.ts'

export type NewRow = {
  row: AccountRow & { usernameCanonical: string | null }
  roles: readonly string[]
  consents: readonly Omit<Consent, 'accountId'>[]
  factors: IncomingFactors | undefined
  /** Names. */
  groups: readonly string[]
  identities: readonly ArrivingIdentity[]
}

const COLUMNS = [...ACCOUNT_COLUMNS, 'usernameCanonical', ...SEARCH_COLUMNS] as const

/** Rows of one statement: 26 values each, and the smallest limit is SQLite's 32,766. */
const ROWS = 500

/** @throws a unique violation when an address or id is taken, AppError 404 `role_not_found`; nothing is inserted then. */
export async function insertRows(
  trx: Sql,
  rows: readonly NewRow[],
  { atMs, from, ...keys }: { atMs: number; from: string; sealer: Sealer; key: Buffer },
): Promise<void> {
  for (let at = 0; at < rows.length; at += ROWS) {
    const part = rows.slice(at, at + ROWS)
    const marks = `(${COLUMNS.map(() => '?').join(', ')})`
    const names = COLUMNS.map(() => '??').join(', ')
    const values = part.flatMap(valuesOf)
    await trx.raw(`insert into accounts (${names}) values ${part.map(() => marks).join(', ')}`, [
      ...COLUMNS,
      ...values,
    ])
  }
  const roles = rows.flatMap(({ row, roles: of }) => of.map((role) => ({ accountId: row.id, role })))
  await lockRoles(trx, [...new Set(roles.map(({ role }) => role))])
  if (roles.length > 0) await trx.batchInsert('account_roles', roles, ROWS)
  const consents = rows.flatMap(({ row, consents: of }) => of.map((one) => storedConsent(row.id, one)))
  if (consents.length > 0) await trx.batchInsert('consents', consents, ROWS)
  await insertMembers(trx, rows.map(joining), atMs)
  await insertArrivingLinks(trx, rows.map(joining), atMs)
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

function joining({ row, groups, identities }: NewRow) {
  return { accountId: row.id, groups, identities }
}

function arriving({ row, factors }: NewRow) {
  if (!factors || (!factors.totp && factors.recoveryCodes.length === 0)) return []
  return [{ accountId: row.id, totp: factors.totp, codes: factors.recoveryCodes }]
}

function valuesOf({ row }: NewRow): (string | number | null)[] {
  const whole = { ...row, ...searchColumns(row) }
  return COLUMNS.map((column) => valueOf(whole[column]))
}

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
