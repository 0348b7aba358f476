/**
 * Every account as a line of NDJSON that `import` takes back, with nothing lost: ids, hashes, moments, roles, consents.
 * Sessions and tokens are not in it: people sign in again.
 */
import { ACCOUNT_COLUMNS } from '../accounts/account.ts'
import type { Account } from '../accounts/account.ts'
import type { Consent } from '../consents/consents.ts'
import { consentsOf } from '../consents/consents.ts'
import { accountFields } from '../events/account-snapshot.ts'
import type { Db } from '../platform/sql/database.ts'

const PAGE = 500

/** Of several accounts with one user name, one has it in the folded form, and signs in by it. */
type Named = Account & { usernameCanonical: string | null }

/** By id. An account that is made meanwhile may be left out. */
export async function* exportedAccounts(db: Db): AsyncGenerator<Record<string, unknown>[]> {
  let after = ''
  for (;;) {
    const page: Named[] = await db<Named>('accounts')
      .select(...ACCOUNT_COLUMNS, 'usernameCanonical')
      .where('id', '>', after)
      .orderBy('id')
      .limit(PAGE)
    const last = page.at(-1)
    if (!last) return
    after = last.id
    yield await linesOf(db, page)
  }
}

async function linesOf(db: Db, page: Named[]): Promise<Record<string, unknown>[]> {
  const ids = page.map(({ id }) => id)
  const roles: { accountId: string; role: string }[] = await db('account_roles')
    .select('accountId', 'role')
    .whereIn('accountId', ids)
    .orderBy(['accountId', 'role'])
  const consents = await consentsOf(db, ids)
  const rolesById = Map.groupBy(roles, ({ accountId }) => accountId)
  const consentsById = Map.groupBy(consents, ({ accountId }) => accountId)
  return page.map((account) => ({
    ...exported(account),
    roles: (rolesById.get(account.id) ?? []).map(({ role }) => role),
    consents: (consentsById.get(account.id) ?? []).map(exportedConsent),
  }))
}

/** The names of `account show --json`, and exact moments beside yes and no. */
function exported(account: Named): Record<string, unknown> {
  return {
    type: 'account',
    ...accountFields(account),
    email_verified_at: moment(account.emailVerifiedAtMs),
    username_signs_in: account.usernameCanonical !== null,
    password_hash: account.passwordHash,
    password_changed_at: moment(account.passwordChangedAtMs),
    disabled_at: moment(account.disabledAtMs),
    self_registered: Boolean(account.selfRegistered),
    sessions_valid_from: moment(account.sessionsValidFromMs),
  }
}

function exportedConsent(consent: Consent): Record<string, unknown> {
  return {
    client_id: consent.clientId,
    scopes: consent.scopes,
    claims: consent.claims,
    resources: consent.resources,
    client_pin: consent.clientPin,
    granted_at: moment(consent.grantedAtMs),
    updated_at: moment(consent.updatedAtMs),
  }
}

function moment(atMs: number | null): string | null {
  return atMs === null ? null : new Date(atMs).toISOString()
}
