/** The account as an event shows it. Read in the transaction of the change, and only where a sink wants the event. */
import type { z } from 'zod'
import type { Sql } from '../platform/sql/database.ts'
import type { accountSnapshot } from './event-types.ts'

const COLUMNS = [
  'email',
  'emailVerifiedAtMs',
  'name',
  'givenName',
  'familyName',
  'username',
  'locale',
  'disabledAtMs',
  'createdAtMs',
  'updatedAtMs',
] as const

type Row = Record<'email' | 'name', string> &
  Record<'givenName' | 'familyName' | 'username' | 'locale', string | null> &
  Record<'emailVerifiedAtMs' | 'disabledAtMs', number | null> &
  Record<'createdAtMs' | 'updatedAtMs', number>

/** Throws when there is no such account: a deletion is recorded before the row goes. */
export async function snapshotOf(sql: Sql, id: string): Promise<z.output<typeof accountSnapshot>> {
  const row: Row | undefined = await sql('accounts')
    .where({ id })
    .first(...COLUMNS)
  if (!row) throw new Error('an event of an account is recorded while the account is there')
  const roles: string[] = await sql('account_roles').where({ accountId: id }).orderBy('role').pluck('role')
  return {
    id,
    email: row.email,
    email_verified: row.emailVerifiedAtMs !== null,
    name: row.name,
    given_name: row.givenName,
    family_name: row.familyName,
    username: row.username,
    locale: row.locale,
    disabled: row.disabledAtMs !== null,
    roles,
    created_at: new Date(row.createdAtMs).toISOString(),
    updated_at: new Date(row.updatedAtMs).toISOString(),
  }
}
