import { expect } from 'chai'
import { SEARCH_COLUMNS } from '../../src/account-cache/search-columns.ts'
import { ACCOUNT_COLUMNS } from '../../src/accounts/account.ts'
import type { Parts } from '../../src/process/start/parts.ts'
import { movedTables } from '../../src/process/moved-tables.ts'
import { embeddedPlace } from '../cli/command-line.ts'

/** With their accounts, in a form of their own. */
const WITH_ACCOUNTS: Readonly<Record<string, readonly string[]>> = {
  // Who was reminded of a deletion is reminded once more: `remindedAtMs` is empty there.
  // What searches read follows from the rest.
  accounts: [...ACCOUNT_COLUMNS, 'usernameCanonical', 'remindedAtMs', ...SEARCH_COLUMNS],
  account_roles: ['accountId', 'role'],
  account_totps: [
    'accountId',
    'secretSealed',
    'algorithm',
    'digits',
    'periodSeconds',
    'createdAtMs',
    'confirmedAtMs',
    'lastStep',
    'lastUsedAtMs',
  ],
  recovery_codes: ['accountId', 'codeDigest', 'createdAtMs', 'usedAtMs'],
  group_members: ['groupId', 'accountId'],
  consents: [
    'accountId',
    'clientId',
    'scopes',
    'claims',
    'resources',
    'clientPin',
    'grantedAtMs',
    'updatedAtMs',
    'lastUsedAtMs',
  ],
}

/** What docs/migrating.md says is lost. A new table is named here, or moves. */
const STAYS = [
  'account_grants',
  'account_sessions',
  'announced_logouts',
  'attempt_buckets',
  'audit_anchors',
  'audit_chains',
  'audit_events',
  'backchannel_requests',
  'changes',
  'client_errors',
  'factor_resets',
  'idempotency_keys',
  // Short-lived, and their links lead to the former server.
  'invitations',
  'mailbox_messages',
  'oidc_records',
  'one_time_tokens',
  'outbox_lanes',
  'outbox_messages',
  'recorded_uses',
  'revocations',
  'status_entries',
  'statistics',
  'status_lists',
  // The secrets are in browsers that know the former server.
  'trusted_browsers',
  'upstream_flows',
  'upstream_logouts',
  'upstream_sessions',
  'webhook_events',
]

describe('What moves with an export', () => {
  const place = embeddedPlace()
  let parts: Parts

  before(async () => {
    parts = await place.prepared()
  })
  after(place.remove)

  const moved = () => {
    const { before: first, after: last } = movedTables(parts.features)
    const own = [...first, ...last].map(({ table, fields }) => [snake(table), Object.keys(fields)] as const)
    return new Map([...own, ...Object.entries(WITH_ACCOUNTS)])
  }

  it('is decided for every table of the schema [A21]', async () => {
    const rows: { name: string }[] = await parts.db('sqlite_master').where({ type: 'table' }).select('name')
    const tables = rows.map(({ name }) => name).filter((name) => !/^(sqlite_|knex_)/.test(name))
    expect(tables).to.have.members([...moved().keys(), ...STAYS])
  })

  it('is every column of a table', async () => {
    for (const [table, fields] of moved()) {
      const rows: { name: string }[] = await parts.db
        .select('name')
        .from(parts.db.raw('pragma_table_info(?)', [table]))
      const columns = rows.map(({ name }) => name)
      expect(fields.map(snake), table).to.have.members(columns)
    }
  })
})

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
