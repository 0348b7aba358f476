/**
 * Lists of the audit trail and of limits among many entries: how long a page of 50 takes. Then how many entries a second are written and
 * chained. `npm run bench -- --audit`.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { recordAudit } from '../src/audit/audit.ts'
import type { AuditAction } from '../src/audit/audited-actions.ts'
import { kindOf } from '../src/audit/audit-kinds.ts'
import { linkSome } from '../src/audit/chain/link.ts'
import { listEntries } from '../src/audit/entries.ts'
import type { EntryFilter } from '../src/audit/entry-walk.ts'
import { listLimits } from '../src/limits/limits.ts'
import { createParts } from '../src/process/start/parts.ts'
import type { Parts } from '../src/process/start/parts.ts'
import { loadConfig } from '../src/settings/config.ts'
import { isSqlite } from '../src/platform/sql/database.ts'
import type { Db } from '../src/platform/sql/database.ts'
import { migrate } from '../src/platform/sql/migrate.ts'
import { dataFolder } from '../test/support/service-process.ts'
import { createDatabase } from '../test/support/services.ts'
import { fillAccounts } from './accounts.ts'
import { environment } from './targets.ts'
import { timed } from './timed.ts'

const PAGE = 50
const ACCOUNTS = 5000
/** Copied until there are enough, in statements that a busy machine answers in time. */
const BLOCK = 20_000
const COPIED_AT_ONCE = 2000
const ROWS_AT_ONCE = 200
/** A million entries take 40 days. */
const BETWEEN_MS = 3456
const BEGAN_AT_MS = 1_700_000_000_000
const WRITTEN = 5000
/** The chain of this run begins at 0, below what is filled in. */
const FIRST_SEQ = 1_000_000_000

/** Of a hundred entries. Others come once in a thousand. */
const ACTIONS: readonly [AuditAction, number][] = [
  ['sign_in.succeeded', 38],
  ['sign_in.failed', 30],
  ['session.ended', 15],
  ['consent.given', 8],
  ['account.changed', 5],
  ['person.viewed', 4],
]

type Measured = { what: string; p50: number; p99: number }

/** False when one page of a hundred took 100 ms. */
export async function benchAudit(args: readonly string[]): Promise<boolean> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      count: { type: 'string', default: '1000000' },
      rounds: { type: 'string', default: '200' },
      servers: { type: 'string', default: 'sqlite,mariadb' },
    },
  })
  const [count, rounds] = [Number(values.count), Number(values.rounds)]
  let isFast = true
  for (const name of values.servers.split(',')) {
    const { parts, drop } = await opened(name)
    try {
      const startedAt = performance.now()
      const ids = await fill(parts.db, count)
      process.stdout.write(`${name}: ${count} entries, filled in ${seconds(startedAt)} s\n`)
      const measured = await measureLists(parts, { ids, count, rounds })
      process.stdout.write(`${table(measured)}\n${await written(parts)}\n\n`)
      isFast &&= measured.every(({ p99 }) => p99 < 100)
    } finally {
      await parts.close()
      await drop()
    }
  }
  return isFast
}

async function opened(name: string): Promise<{ parts: Parts; drop: () => Promise<unknown> }> {
  const folder = dataFolder('bench-audit')
  const database = name === 'mariadb' ? await createDatabase() : undefined
  const parts = await createParts(
    loadConfig({
      ...environment(1, undefined),
      ACCOUNT_SERVER_DATA_DIR: folder,
      ACCOUNT_SERVER_LOG_DIR: join(folder, 'log'),
      ...(database && {
        ACCOUNT_SERVER_MYSQL_DSN: database.dsn,
        ACCOUNT_SERVER_WORKER_SMTP_SERVER_URL: 'smtp://127.0.0.1:9',
      }),
    }),
  )
  await migrate(parts.db)
  return {
    parts,
    async drop() {
      await database?.drop()
      rmSync(folder, { recursive: true })
    },
  }
}

async function fill(db: Db, count: number): Promise<string[]> {
  await fillAccounts(db, ACCOUNTS)
  const ids = (await db('accounts').select('id')).map(({ id }) => id as string)
  const rows = Array.from({ length: Math.min(BLOCK, count) }, (_, n) => rowOf(n, ids))
  for (let at = 0; at < rows.length; at += 10 * ROWS_AT_ONCE)
    await db.transaction((trx) =>
      trx.batchInsert('audit_events', rows.slice(at, at + 10 * ROWS_AT_ONCE), ROWS_AT_ONCE),
    )
  const columns = 'action, actor, account_id, ip, detail, chain, client_id, times'
  for (let from = BLOCK; from < count; from += COPIED_AT_ONCE) {
    const [block, first] = [from - (from % BLOCK), from % BLOCK]
    const last = Math.min(first + COPIED_AT_ONCE, count - block)
    await db.raw(
      `insert into audit_events (at_ms, chain_seq, ${columns})
        select at_ms + ?, chain_seq + ?, ${columns} from audit_events where id > ? and id <= ? order by id`,
      [block * BETWEEN_MS, block, first, last],
    )
  }
  if (!isSqlite(db)) await db.raw('analyze table audit_events')
  return ids
}

function rowOf(n: number, ids: readonly string[]) {
  const action = actionOf(n)
  const accountId = action === 'client.changed' ? null : ids[(n * 7919) % ids.length]!
  return {
    atMs: BEGAN_AT_MS + n * BETWEEN_MS,
    action,
    actor: action === 'sign_in.failed' ? 'anonymous' : (accountId ?? 'cli'),
    accountId,
    ip: `203.0.${n % 200}.${n % 250}`,
    detail: JSON.stringify({ browser: 'Firefox 140 on Linux', method: 'password' }),
    chain: kindOf(action),
    chainSeq: FIRST_SEQ + n,
    clientId: n % 3 === 0 ? null : n % 2000 === 1 ? 'rare-app' : `app-${n % 4}`,
    times: 1,
  }
}

function actionOf(n: number): AuditAction {
  if (n % 1000 === 7) return 'client.changed'
  let share = (n * 104_729) % 100
  const found = ACTIONS.find(([, part]) => (share -= part) < 0)
  return found?.[0] ?? 'sign_in.succeeded'
}

type Filled = { ids: readonly string[]; count: number; rounds: number }

async function measureLists(parts: Parts, { ids, count, rounds }: Filled): Promise<Measured[]> {
  const endMs = BEGAN_AT_MS + count * BETWEEN_MS
  const measured: Measured[] = []
  for (const [what, filterOf] of casesOf(ids, endMs)) {
    const filters = Array.from({ length: rounds }, (_, n) => filterOf(n))
    const { p50, p99 } = await timed(
      filters.map((filter) => () => listEntries(parts.db, filter, { limit: PAGE })),
    )
    const after = { atMs: BEGAN_AT_MS + Math.floor((count / 2) * BETWEEN_MS), id: count / 2 }
    const later = await timed(
      filters.map((filter) => () => listEntries(parts.db, filter, { limit: PAGE, after })),
    )
    measured.push({ what, p50, p99 }, { what: `${what}, from the middle on`, ...later })
  }
  const reading = { ...parts, clock: () => endMs }
  const limits = Array.from({ length: rounds }, () => () => listLimits(reading, {}))
  measured.push({ what: 'who is limited now', ...(await timed(limits)) })
  const own = ids.slice(0, rounds).map((accountId) => () => listLimits(reading, { accountId }))
  measured.push({ what: 'the limits of an account', ...(await timed(own)) })
  return measured
}

function casesOf(ids: readonly string[], endMs: number): [string, (n: number) => EntryFilter][] {
  const account = (n: number) => ids[(n * 37) % ids.length]!
  const day = (n: number) => {
    const untilMs = endMs - ((n % 30) + 1) * 86_400_000
    return { fromMs: untilMs - 86_400_000, untilMs }
  }
  return [
    ['no condition', () => ({})],
    ['a kind of half', () => ({ kind: 'sign_in' })],
    ['a kind of a thousandth', () => ({ kind: 'administration' })],
    ['a frequent action', () => ({ action: 'sign_in.failed' })],
    ['a rare action', () => ({ action: 'client.changed' })],
    ['a time', day],
    ['an account', (n) => ({ accountId: account(n) })],
    ['an app', () => ({ clientId: 'app-1' })],
    ['a rare app', () => ({ clientId: 'rare-app' })],
    ['an actor', (n) => ({ actor: account(n) })],
    ['anonymous', () => ({ actor: 'anonymous' })],
    ['kind and day', (n) => ({ kind: 'app', ...day(n) })],
    ['app and day', (n) => ({ clientId: 'app-2', ...day(n) })],
    ['account and action', (n) => ({ accountId: account(n), action: 'sign_in.failed' })],
    ['app and kind', () => ({ clientId: 'app-1', kind: 'account' })],
    ['app, action and day', (n) => ({ clientId: 'app-1', action: 'sign_in.failed', ...day(n) })],
    ['two that never meet', () => ({ actor: 'anonymous', action: 'session.ended' })],
  ]
}

/** Each entry in a statement of its own, as requests write them; then chained as fast as one process can. */
async function written(parts: Parts): Promise<string> {
  const { db } = parts
  const atMs = parts.clock()
  const writing = performance.now()
  for (let n = 0; n < WRITTEN; n += 1)
    await recordAudit(db, { atMs, action: 'sign_in.succeeded', actor: 'system', detail: { n } })
  const perWrite = (performance.now() - writing) / WRITTEN
  const chaining = performance.now()
  for (let some = await linkSome(parts); some > 0;) some = await linkSome(parts)
  const perChained = (performance.now() - chaining) / WRITTEN
  return `one entry written: ${perWrite.toFixed(2)} ms; chained: ${Math.round(1000 / perChained)} entries/s`
}

function seconds(sinceMs: number): number {
  return Math.round((performance.now() - sinceMs) / 1000)
}

function table(all: readonly Measured[]): string {
  const head = 'list                                                 p50     p99 (ms)'
  const lines = all.map(
    ({ what, p50, p99 }) => `${what.padEnd(48)}${p50.toFixed(1).padStart(8)}${p99.toFixed(1).padStart(8)}`,
  )
  return [head, ...lines].join('\n')
}
