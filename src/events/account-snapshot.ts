/** The account as other programs see it, in events and in the JSON API: with the names of the standard claims. */
import type { z } from 'zod'
import { KNOWN_COLUMNS } from '../account-cache/known-account.ts'
import type { KnownAccount } from '../account-cache/known-account.ts'
import type { Sql } from '../platform/sql/database.ts'
import type { accountSnapshot } from './event-types.ts'

/**
 * Read in the transaction of the change, and only where a sink wants the event. Throws when there is no such account: a
 * deletion is recorded before the row goes.
 */
export async function snapshotOf(sql: Sql, id: string): Promise<z.output<typeof accountSnapshot>> {
  const account: KnownAccount | undefined = await sql('accounts')
    .where({ id })
    .first(...KNOWN_COLUMNS)
  if (!account) throw new Error('an event of an account is recorded while the account is there')
  const roles: string[] = await sql('account_roles').where({ accountId: id }).orderBy('role').pluck('role')
  const totp: unknown = await sql('account_totps')
    .where({ accountId: id })
    .whereNotNull('confirmedAtMs')
    .first('accountId')
  const passkey: unknown = await sql('passkeys').where({ accountId: id }).first('id')
  const groups: string[] = await sql('group_members')
    .join('groups', 'groups.id', 'group_members.groupId')
    .where({ accountId: id })
    .pluck('name')
  const { created_at, updated_at, ...fields } = accountFields(account)
  const has = { roles, groups: groups.toSorted(), second_factor: (totp ?? passkey) !== undefined }
  return { ...fields, ...has, created_at, updated_at }
}

/** Its columns by the names of the standard claims (OpenID Connect Core §5.1). Times are RFC 3339. */
export function accountFields(account: KnownAccount) {
  return {
    id: account.id,
    email: account.email,
    email_verified: account.emailVerifiedAtMs !== null,
    name: account.name,
    given_name: account.givenName,
    family_name: account.familyName,
    username: account.username,
    locale: account.locale,
    zoneinfo: account.zoneinfo,
    disabled: account.disabledAtMs !== null,
    delete_at: account.deleteAtMs === null ? null : new Date(account.deleteAtMs).toISOString(),
    terms_version: account.termsVersion,
    terms_accepted_at:
      account.termsAcceptedAtMs === null ? null : new Date(account.termsAcceptedAtMs).toISOString(),
    created_at: new Date(account.createdAtMs).toISOString(),
    updated_at: new Date(account.updatedAtMs).toISOString(),
  }
}
