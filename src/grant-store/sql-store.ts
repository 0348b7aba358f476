/**
 * The grant store in SQL: table `oidc_records`, one row per record, every operation on primary keys.
 * For a single machine without Redis; correct, with the same contract, on MySQL and MariaDB too.
 */
import { AppError, unavailable } from '../platform/errors.ts'
import type { Clock } from '../platform/clock.ts'
import { inTransaction, isDuplicate, isSqlite } from '../platform/sql/database.ts'
import type { Db, Sql } from '../platform/sql/database.ts'
import { decodeRoot, encodeRoot, notAfter, usedKeyOf } from './grant-store.ts'
import type {
  Commit,
  CommitOutcome,
  Entry,
  GrantStore,
  NewUse,
  PutOutcome,
  Root,
  SingleUse,
  TokenState,
  Use,
} from './grant-store.ts'

type Row = {
  recordKey: string
  payload: string | null
  consumedAtMs: number | null
  useNonce: string | null
  successor: string | null
}

const TABLE = 'oidc_records'
/** The database refuses a commit that it runs later than this: its caller got an error long ago. */
const COMMIT_WITHIN_MS = 5000
const COLUMNS = ['recordKey', 'payload', 'consumedAtMs', 'useNonce', 'successor']

export function createSqlStore({ db, clock }: { db: Db; clock: Clock }): GrantStore {
  return {
    readToken: (key, root) => answering(() => readToken(db, clock(), key, root)),
    readSingleUse: (key, root) => answering(() => readSingleUse(db, clock(), key, root)),
    readRoot: (key) => answering(() => readRoot(db, clock(), key)),
    commit: (commit) => answering(() => runCommit(db, clock(), commit)),
    putRoot: (key, root, expiresAtMs, expected) =>
      answering(() => {
        const write = { key, root, expiresAtMs }
        return expected === undefined
          ? putRoot(db, clock(), write)
          : replaceRoot(db, clock(), { ...write, expected })
      }),
    destroyRoot: (key, tombstoneUntilMs) =>
      answering(() => inTransaction(db, (trx) => destroyRoot(trx, clock(), key, tombstoneUntilMs))),
    remove: (key) =>
      answering(async () => {
        await db(TABLE).where({ recordKey: key }).delete()
      }),
    claim: (key, expiresAtMs) => answering(() => claim(db, clock(), key, expiresAtMs)),
  }
}

/** Deletes at most `limit` expired rows and answers how many: call again while it answers `limit`. */
export async function purgeExpired(db: Db, nowMs: number, limit = 1000): Promise<number> {
  const rows = await db<Row>(TABLE).where('expiresAtMs', '<=', nowMs).limit(limit).select('recordKey')
  const keys = rows.map(({ recordKey }) => recordKey)
  if (keys.length === 0) return 0
  return db(TABLE).whereIn('recordKey', keys).where('expiresAtMs', '<=', nowMs).delete()
}

// No operation fails by a mistake of the caller, so every failure is the database's.
async function answering<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof AppError ? error : unavailable(error)
  }
}

function rowsOf(sql: Sql, nowMs: number, keys: string[]) {
  return sql(TABLE)
    .whereIn('recordKey', keys)
    .where('expiresAtMs', '>', nowMs)
    .where('gone', false)
    .select<Row[]>(COLUMNS)
}

async function readToken(db: Db, nowMs: number, key: string, rootKey?: string): Promise<TokenState> {
  return tokenState(await rowsOf(db, nowMs, rootKey === undefined ? [key] : [key, rootKey]), key, rootKey)
}

function tokenState(rows: Row[], key: string, rootKey: string | undefined): TokenState {
  const record = rows.find((row) => row.recordKey === key)
  const root = rows.find((row) => row.recordKey === rootKey)
  return {
    payload: record?.payload ?? undefined,
    root: root?.payload == null ? undefined : decodeRoot(root.payload),
  }
}

async function readSingleUse(db: Db, nowMs: number, key: string, rootKey?: string): Promise<SingleUse> {
  const keys = [key, usedKeyOf(key), ...(rootKey === undefined ? [] : [rootKey])]
  const found = rowsOf(db, nowMs, keys).select({ storeMs: db.raw(storeClock(db)) })
  const rows = (await found) as (Row & { storeMs: number })[]
  const storeMs = Number(rows[0]?.storeMs ?? 0)
  return {
    ...tokenState(rows, key, rootKey),
    use: useIn(rows, storeMs),
    at: { storeMs, steadyMs: performance.now() },
  }
}

/** Milliseconds since 1970, as the database's own clock has it when it begins with the statement. */
function storeClock(sql: Sql): string {
  return isSqlite(sql)
    ? `CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)`
    : `TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(3)) DIV 1000`
}

async function readRoot(sql: Sql, nowMs: number, key: string): Promise<Root | undefined> {
  const [row] = await rowsOf(sql, nowMs, [key])
  return row?.payload == null ? undefined : decodeRoot(row.payload)
}

function useIn(rows: Row[], storeMs: number): Use | undefined {
  const used = rows.find(({ consumedAtMs }) => consumedAtMs !== null)
  if (!used) return undefined
  const atMs = Number(used.consumedAtMs)
  return { atMs, ageMs: storeMs - atMs, successor: used.successor ?? undefined }
}

async function runCommit(db: Db, nowMs: number, { use, root, entries }: Commit): Promise<CommitOutcome> {
  if (use) return commitUse(db, nowMs, { use, root, entries })
  if (!root) {
    await insertEntries(db, entries)
    return { outcome: 'done' }
  }
  return inTransaction(db, async (trx) => {
    if (!(await readRoot(trx, nowMs, root))) return { outcome: 'gone' }
    await insertEntries(trx, entries)
    return { outcome: 'done' }
  })
}

type UsingCommit = Commit & { use: NewUse }

/**
 * The mark and the entries in one statement, which commits by itself: there is no COMMIT that a database which hung could
 * come to long after it had checked the time. The mark is a row, which only one of many can insert.
 */
async function commitUse(db: Db, nowMs: number, commit: UsingCommit): Promise<CommitOutcome> {
  const { use, root, entries } = commit
  const latestMs = notAfter(use.foundAt, COMMIT_WITHIN_MS)
  const now = storeClock(db)
  const row =
    'SELECT ? AS record_key, ? AS payload, ? AS consumed_at_ms, ? AS use_nonce, ? AS successor, ? AS expires_at_ms'
  const mark = [usedKeyOf(use.key), null, db.raw(now), use.nonce, use.successor ?? null, use.untilMs]
  const rows = [mark, ...entries.map((one) => [one.key, one.payload, null, null, null, one.expiresAtMs])]
  const live = `EXISTS (SELECT 1 FROM ${TABLE} WHERE record_key = ? AND gone = 0 AND expires_at_ms > ?`
  const conditions = [`${now} <= ?`, `${live} AND consumed_at_ms IS NULL)`, ...(root ? [`${live})`] : [])]
  const statement = `INSERT INTO ${TABLE} (record_key, payload, consumed_at_ms, use_nonce, successor, expires_at_ms)
    SELECT * FROM (${rows.map(() => row).join(' UNION ALL ')}) AS given WHERE ${conditions.join(' AND ')}`
  const values = [...rows.flat(), latestMs, use.key, nowMs, ...(root ? [root, nowMs] : [])]
  try {
    const written = affected(await db.raw(statement, values))
    return written > 0 ? { outcome: 'done' } : await reasonOf(db, nowMs, commit, latestMs)
  } catch (error) {
    if (!isDuplicate(error)) throw error
    return reasonOf(db, nowMs, commit, latestMs)
  }
}

/** How many rows a raw statement wrote: SQLite's answer, or MySQL's. */
function affected(result: { changes: number } | { affectedRows: number }[]): number {
  return Array.isArray(result) ? (result[0]?.affectedRows ?? 0) : result.changes
}

/** Why a commit wrote nothing. */
async function reasonOf(
  db: Db,
  nowMs: number,
  { use: { key }, root }: UsingCommit,
  latestMs: number,
): Promise<CommitOutcome> {
  const { payload, use, root: found, at } = await readSingleUse(db, nowMs, key, root)
  if (at.storeMs > latestMs) return { outcome: 'late' }
  if (use) return { outcome: 'used', use }
  if (payload === undefined) return { outcome: 'missing' }
  return { outcome: root && !found ? 'gone' : 'late' }
}

async function insertEntries(sql: Sql, entries: readonly Entry[]): Promise<void> {
  if (entries.length === 0) return
  const rows = entries.map(({ key, payload, expiresAtMs }) => ({ recordKey: key, payload, expiresAtMs }))
  await sql(TABLE).insert(rows).onConflict('recordKey').merge(['payload', 'expiresAtMs'])
}

type RootWrite = { key: string; root: Root; expiresAtMs: number }

async function putRoot(db: Db, nowMs: number, { key, root, expiresAtMs }: RootWrite): Promise<PutOutcome> {
  const values = { payload: encodeRoot(root), version: root.version, gone: false, expiresAtMs }
  const overwrite = () =>
    db(TABLE)
      .where({ recordKey: key })
      .where((row) => row.where('gone', false).orWhere('expiresAtMs', '<=', nowMs))
      .update(values)
  if ((await overwrite()) > 0) return { outcome: 'done' }
  try {
    await db(TABLE).insert({ recordKey: key, ...values })
    return { outcome: 'done' }
  } catch (error) {
    if (!isDuplicate(error)) throw error
    // It is there by now: either a tombstone, or another writer's first write.
    return (await overwrite()) > 0 ? { outcome: 'done' } : { outcome: 'gone' }
  }
}

async function replaceRoot(
  db: Db,
  nowMs: number,
  { key, root, expiresAtMs, expected }: RootWrite & { expected: string },
): Promise<PutOutcome> {
  const replaced = await db(TABLE)
    .where({ recordKey: key, version: expected, gone: false })
    .where('expiresAtMs', '>', nowMs)
    .update({ payload: encodeRoot(root), version: root.version, expiresAtMs })
  if (replaced > 0) return { outcome: 'done' }
  const current = await readRoot(db, nowMs, key)
  return current ? { outcome: 'conflict', current } : { outcome: 'gone' }
}

async function destroyRoot(trx: Sql, nowMs: number, key: string, untilMs: number): Promise<Root | undefined> {
  const tombstone = { recordKey: key, payload: null, version: null, gone: true, expiresAtMs: untilMs }
  const [row] = await trx(TABLE)
    .where({ recordKey: key, gone: false })
    .where('expiresAtMs', '>', nowMs)
    .forUpdate()
    .select<{ payload: string | null }[]>('payload')
  await trx(TABLE).insert(tombstone).onConflict('recordKey').merge()
  return row?.payload == null ? undefined : decodeRoot(row.payload)
}

async function claim(db: Db, nowMs: number, key: string, expiresAtMs: number): Promise<boolean> {
  try {
    await db(TABLE).insert({ recordKey: key, expiresAtMs })
    return true
  } catch (error) {
    if (!isDuplicate(error)) throw error
    const renewed = await db(TABLE)
      .where({ recordKey: key })
      .where('expiresAtMs', '<=', nowMs)
      .update({ expiresAtMs })
    return renewed > 0
  }
}
