import { expect } from 'chai'
import { createAccount } from '../src/accounts/account.ts'
import { listAccounts } from '../src/accounts/search/account-list.ts'
import { recordAudit } from '../src/audit/audit.ts'
import type { AuditAction } from '../src/audit/audited-actions.ts'
import { loadConfig } from '../src/settings/config.ts'
import { DAY_MS, HOUR_MS } from '../src/platform/clock.ts'
import { inSteps, purgeSome } from '../src/platform/sql/purge.ts'
import type { Purge } from '../src/platform/sql/purge.ts'
import { createParts } from '../src/process/start/parts.ts'
import type { Parts } from '../src/process/start/parts.ts'
import { prepare } from '../src/process/start/startup.ts'
import { createUpkeep } from '../src/process/upkeep.ts'
import { createDatabase } from './support/services.ts'
import { dataFolder } from './support/service-process.ts'

const BATCH = 500
const MANY = 3 * BATCH + 7
/** What the upkeep itself does while the clock runs ahead. */
const OF_UPKEEP = /^key\./

/** Rows that are old at `nowMs`, by table. */
const OLD_ROWS: Record<string, (n: number, nowMs: number) => Record<string, unknown>> = {
  attempt_buckets: (n, nowMs) => ({ bucket: `b${n}`, failures: 1, expiresAtMs: nowMs }),
  revocations: (n, nowMs) => ({ rootKey: `r${n}`, revokedAtMs: nowMs - 2 * DAY_MS }),
  recorded_uses: (n, nowMs) => ({
    recordKey: `u${n}`,
    rootKey: null,
    content: '{}',
    usedAtMs: nowMs - 2 * DAY_MS,
    untilMs: nowMs - DAY_MS,
  }),
  announced_logouts: (n, nowMs) => ({ sid: `s${n}`, announcedAtMs: nowMs - 2 * DAY_MS }),
  audit_events: (n, nowMs) => ({
    atMs: nowMs - 500 * DAY_MS,
    action: 'sign_in.succeeded',
    actor: `a${n}`,
    detail: '{}',
  }),
  idempotency_keys: (n, nowMs) => ({
    key: `k${n}`,
    requestDigest: 'd',
    answer: null,
    createdAtMs: nowMs - 2 * DAY_MS,
  }),
  oidc_records: (n, nowMs) => ({
    recordKey: `{t}:${n}`,
    payload: '',
    expiresAtMs: nowMs,
  }),
  upstream_flows: (n, nowMs) => ({
    stateDigest: `f${n}`,
    upstreamId: 'u',
    browserDigest: 'b',
    payloadSealed: 'x',
    createdAtMs: nowMs - DAY_MS,
  }),
  upstream_logouts: (n, nowMs) => ({ tokenDigest: `t${n}`, receivedAtMs: nowMs - DAY_MS }),
  outbox_messages: (n, nowMs) => ({
    id: `m${n}`,
    topic: 'mail',
    recordKey: null,
    payload: null,
    attempts: 20,
    deadAtMs: nowMs - 100 * DAY_MS,
    createdAtMs: nowMs - 100 * DAY_MS,
  }),
}

/** What else is purged, and what does not grow with use. */
const OTHER_TABLES = {
  purged: [
    'invitations',
    'trusted_browsers',
    'accounts',
    'one_time_tokens',
    'account_sessions',
    'account_grants',
    'backchannel_requests',
    'status_entries',
    'status_lists',
    'clients',
    'client_errors',
    'signing_keys',
    'encryption_keys',
    'webhook_events',
    'upstream_sessions',
  ],
  ofAnAccount: [
    'registration_approvals',
    'account_pictures',
    'account_roles',
    'account_totps',
    'consents',
    'passkeys',
    'recovery_codes',
    'factor_resets',
    'group_members',
    'upstream_links',
  ],
  ofAnOperator: [
    'client_logos',
    'resources',
    'initial_access_tokens',
    'authorization_details_types',
    'token_exchange_rules',
    'webhooks',
    'groups',
    'roles',
    'upstreams',
  ],
  // Of each day a few anchors at most.
  bounded: ['audit_anchors', 'audit_chains', 'changes', 'mailbox_messages', 'outbox_lanes', 'statistics'],
}

for (const { name, open } of [
  { name: 'SQLite', open: async () => ({ env: {}, drop: () => Promise.resolve() }) },
  {
    name: 'MariaDB',
    open: async () => {
      const { dsn, drop } = await createDatabase()
      const env = {
        ACCOUNT_SERVER_MYSQL_DSN: dsn,
        ACCOUNT_SERVER_ISSUER: 'http://localhost:8700',
        ACCOUNT_SERVER_TOKEN_SECRET_KEY: 'a secret of the tests, long enough to be one',
        ACCOUNT_SERVER_WORKER_SMTP_SERVER_URL: 'smtp://127.0.0.1:9',
        ACCOUNT_SERVER_LOG_DIR: dataFolder('retention-logs'),
      }
      return { env, drop }
    },
  },
])
  describe(`what would grow for ever, on ${name}`, () => {
    let nowMs = Date.UTC(2030, 0, 1)
    let parts: Parts
    let drop: () => Promise<void>

    before(async () => {
      const opened = await open()
      drop = opened.drop
      const env = { ACCOUNT_SERVER_DATA_DIR: dataFolder('retention'), ...opened.env }
      parts = await createParts(loadConfig(env), () => nowMs)
      await prepare(parts)
    })
    after(async () => {
      await parts.close()
      await drop()
    })

    const count = async (table: string) => Number((await parts.db(table).count({ n: '*' }))[0]?.['n'])

    for (const [table, row] of Object.entries(OLD_ROWS))
      it(`is deleted from ${table} in small steps, and others come in between [S-4.22]`, async () => {
        const before = await count(table)
        const rows = Array.from({ length: MANY }, (_, n) => row(n, nowMs))
        await parts.db.batchInsert(table, rows, 50)
        const deletes: number[] = []
        const hear = ({ sql, bindings }: { sql: string; bindings?: unknown[] }) => {
          if (/^delete/i.test(sql) && sql.includes(table)) deletes.push(bindings?.length ?? Infinity)
        }
        let turns = 0
        const others = setInterval(() => (turns += 1), 1)
        parts.db.on('query', hear)
        await createUpkeep(parts).runOnce()
        parts.db.removeListener('query', hear)
        clearInterval(others)
        expect(await count(table)).to.be.at.most(before)
        expect(deletes.length).to.be.at.least(4)
        // The keys of a step, and what the rows are narrowed by.
        for (const [index, bindings] of deletes.entries())
          expect(bindings, `delete ${index}`).to.be.at.most(BATCH + 2)
        expect(turns).to.be.at.least(3)
      })

    it('keeps the audit trail for its set time, and what strangers cause for a shorter one [S-4.21]', async () => {
      for (const table of ['audit_events', 'audit_chains', 'audit_anchors']) await parts.db(table).delete()
      const write = async (action: AuditAction, ageDays: number) =>
        recordAudit(parts.db, { atMs: nowMs - ageDays * DAY_MS, action, actor: 'anonymous' })
      for (const days of [401, 399, 91, 89]) {
        await write('sign_in.failed', days)
        await write('account.added', days)
      }
      await createUpkeep(parts).runOnce()
      const left: { action: string; atMs: number }[] = await parts
        .db('audit_events')
        .select('action', 'atMs')
        .orderBy('id')
      const own = left.filter(({ action }) => !OF_UPKEEP.test(action))
      expect(own.map(({ action, atMs }) => `${action} ${(nowMs - atMs) / DAY_MS}`)).to.deep.equal([
        'account.added 399',
        'account.added 91',
        'sign_in.failed 89',
        'account.added 89',
      ])
      nowMs += 400 * DAY_MS
      await createUpkeep(parts).runOnce()
      const later: string[] = await parts.db('audit_events').pluck('action')
      expect(later.filter((action) => !OF_UPKEEP.test(action))).to.eql([])
    })

    it('keeps each kind of the audit trail for a time of its own', async () => {
      for (const table of ['audit_events', 'audit_chains', 'audit_anchors']) await parts.db(table).delete()
      const days = { auditAppKeepMs: 10, auditSignInKeepMs: 20, auditAccountKeepMs: 30 }
      const actions = ['grant.reuse_detected', 'sign_in.succeeded', 'account.added', 'group.created'] as const
      for (const action of actions)
        await recordAudit(parts.db, { atMs: nowMs - 15 * DAY_MS, action, actor: 'cli' })
      const own = Object.fromEntries(Object.entries(days).map(([name, kept]) => [name, kept * DAY_MS]))
      const retention = { ...parts.config.retention, ...own, auditAdministrationKeepMs: 5 * DAY_MS }
      await createUpkeep({ ...parts, config: { ...parts.config, retention } }).runOnce()
      const left: { action: string }[] = await parts.db('audit_events').select('action').orderBy('id')
      const written = left.map(({ action }) => action).filter((action) => !OF_UPKEEP.test(action))
      expect(written).to.deep.equal(['sign_in.succeeded', 'account.added'])
    })

    it('keeps a row that was renewed after it was found', async () => {
      await parts.db('attempt_buckets').delete()
      await parts.db('attempt_buckets').insert({ bucket: 'renewed', failures: 1, expiresAtMs: nowMs })
      // As if it had been renewed: the second time it is asked for, it is not among the old ones.
      const limits = [nowMs, nowMs - HOUR_MS]
      const outdated: Purge['outdated'] = (rows) => rows.where('expiresAtMs', '<=', limits.shift() ?? 0)
      expect(await purgeSome(parts.db, { table: 'attempt_buckets', key: 'bucket', outdated }, 10)).to.equal(1)
      expect(limits).to.deep.equal([])
      expect(await count('attempt_buckets')).to.equal(1)
    })

    it('leaves no account unfound that a process of the release before added', async () => {
      const account = { email: 'before@example.com', name: 'Before Now', passwordHash: null }
      const { id } = await createAccount(parts.db, account, nowMs)
      await parts.db('accounts').where({ id }).update({ nameFolded: null, secondNameFolded: null })
      await createUpkeep(parts).runOnce()
      const { accounts } = await listAccounts(parts.db, { search: 'now' })
      expect(accounts.map(({ email }) => email)).to.deep.equal(['before@example.com'])
    })

    it('knows every table of the schema [S-4.23]', async () => {
      const known = [...Object.keys(OLD_ROWS), ...Object.values(OTHER_TABLES).flat()]
      const sql =
        name === 'SQLite'
          ? "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'"
          : 'select table_name as name from information_schema.tables where table_schema = database()'
      const answer: unknown = await parts.db.raw(sql)
      const rows = (name === 'SQLite' ? answer : (answer as unknown[])[0]) as { name: string }[]
      const tables = rows.map((row) => row.name).filter((table) => !table.startsWith('knex_'))
      expect(tables.toSorted()).to.deep.equal(known.toSorted())
    })
  })

describe('Steps', () => {
  const steps = { batch: 10, mostSteps: 5, pauseMs: 0, isStopping: () => false }

  it('are bounded in a round, and end with the first one that is not full', async () => {
    expect(await inSteps(() => Promise.resolve(10), steps)).to.equal(50)
    const found = [10, 10, 3, 10]
    expect(await inSteps(() => Promise.resolve(found.shift() ?? 0), steps)).to.equal(23)
  })

  it('stop between two of them when the process ends', async () => {
    let taken = 0
    const step = () => Promise.resolve(((taken += 1), 10))
    await inSteps(step, { ...steps, isStopping: () => taken === 2 })
    expect(taken).to.equal(2)
  })
})
