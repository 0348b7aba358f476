/**
 * Every account as a line of NDJSON that `import` takes back, with nothing lost: ids, hashes, moments, roles, groups,
 * consents, and the second factor, sealed to the passphrase.
 * Sessions and tokens are not in it: people sign in again.
 */
import { ACCOUNT_COLUMNS } from '../accounts/account.ts'
import type { AccountRow } from '../accounts/account.ts'
import type { Consent } from '../consents/consents.ts'
import { consentsOf } from '../consents/consents.ts'
import { accountFields } from '../events/account-snapshot.ts'
import { factorsOfMany } from '../factors/moved-factors.ts'
import type { KeptFactors } from '../factors/moved-factors.ts'
import type { Db } from '../platform/sql/database.ts'
import type { Sealer } from '../platform/tokens.ts'
import { sealFactors } from './sealed-factors.ts'

const PAGE = 500

/** Of several accounts with one user name, one has it in the folded form, and signs in by it. */
type Named = AccountRow & { usernameCanonical: string | null }

/** `file` seals to the passphrase; without it second factors are left out. */
type Sealers = { data: Sealer; file: Sealer | undefined }

type Page = {
  lines: Record<string, unknown>[]
  /** Accounts with a second factor, by what became of it. */
  factors: { sealed: number; leftOut: number }
}

/** By id. An account that is made meanwhile may be left out. */
export async function* exportedAccounts(db: Db, sealers: Sealers): AsyncGenerator<Page> {
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
    yield await pageOf(db, page, sealers)
  }
}

async function pageOf(db: Db, page: Named[], sealers: Sealers): Promise<Page> {
  const ids = page.map(({ id }) => id)
  const roles: { accountId: string; role: string }[] = await db('account_roles')
    .select('accountId', 'role')
    .whereIn('accountId', ids)
    .orderBy(['accountId', 'role'])
  const groups: { accountId: string; name: string }[] = await db('group_members')
    .join('groups', 'groups.id', 'group_members.groupId')
    .select('accountId', 'name')
    .whereIn('accountId', ids)
    .orderBy(['accountId', 'nameCanonical'])
  const consents = await consentsOf(db, ids)
  const rolesById = Map.groupBy(roles, ({ accountId }) => accountId)
  const groupsById = Map.groupBy(groups, ({ accountId }) => accountId)
  const consentsById = Map.groupBy(consents, ({ accountId }) => accountId)
  const kept = await factorsOfMany(db, sealers.data, ids)
  const factors = new Map([...kept].map(([id, of]) => [id, sealed(id, of, sealers.file)]))
  const lines = page.map((account) => ({
    ...exported(account),
    roles: (rolesById.get(account.id) ?? []).map(({ role }) => role),
    groups: (groupsById.get(account.id) ?? []).map(({ name }) => name),
    consents: (consentsById.get(account.id) ?? []).map(exportedConsent),
    // Null: there is a second factor, and it is left out.
    ...(factors.has(account.id) && { factors: factors.get(account.id) }),
  }))
  const leftOut = [...factors.values()].filter((one) => one === null).length
  return { lines, factors: { sealed: factors.size - leftOut, leftOut } }
}

function sealed(id: string, { totp, codes }: KeptFactors, file: Sealer | undefined): string | null {
  return totp === 'unreadable' || !file ? null : sealFactors(file, id, { totp, codes })
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
    ...(account.newPasswordDue && { new_password_due: true }),
    ...(account.secondFactorDue && { second_factor_due: true }),
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
    last_used_at: moment(consent.lastUsedAtMs),
  }
}

function moment(atMs: number | null): string | null {
  return atMs === null ? null : new Date(atMs).toISOString()
}
