/**
 * The grant store in SQL: table `oidc_records`, one row per record, every operation on primary keys.
 * For a single machine without Redis; correct, with the same contract, on MySQL and MariaDB too.
 */
import { AppError, unavailable } from '../../errors.ts'
import type { Clock } from '../../platform/clock.ts'
import { inTransaction, isDuplicate } from '../../platform/database.ts'
import type { Db, Sql } from '../../platform/database.ts'
import { decodeRoot, encodeRoot } from './grant-store.ts'
import type {
  Commit,
  CommitOutcome,
  Entry,
  GrantStore,
  PutOutcome,
  Root,
  TokenState,
  Use,
} from './grant-store.ts'

type Needs = { db: Db; clock: Clock }

type Row = {
  recordKey: string
  payload: string | null
  consumedAtMs: number | null
  useNonce: string | null
  successor: string | null
}

const TABLE = 'oidc_records'
const COLUMNS = ['recordKey', 'payload', 'consumedAtMs', 'useNonce', 'successor']

export function createSqlStore({ db, clock }: Needs): GrantStore {
  return {
    readToken: (key, root) => answering(() => readToken(db, clock(), key, root)),
    readRoot: (key) => answering(() => readRoot(db, clock(), key)),
    commit: (commit) => answering(() => runCommit(db, clock(), commit)),
    putRoot: (key, root, expiresAtMs, expected) =>
      answering(() =>
        expected === undefined
          ? putRoot(db, clock(), key, root, expiresAtMs)
          : replaceRoot(db, clock(), key, root, expiresAtMs, expected),
      ),
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

// No operation has a caller's mistake among its outcomes, so whatever fails is the database.
async function answering<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof AppError ? error : unavailable(error)
  }
}

async function rowsOf(sql: Sql, nowMs: number, keys: string[]): Promise<Row[]> {
  return sql(TABLE)
    .whereIn('recordKey', keys)
    .where('expiresAtMs', '>', nowMs)
    .where('gone', false)
    .select<Row[]>(COLUMNS)
}

async function readToken(db: Db, nowMs: number, key: string, rootKey?: string): Promise<TokenState> {
  const rows = await rowsOf(db, nowMs, rootKey === undefined ? [key] : [key, rootKey])
  const record = rows.find((row) => row.recordKey === key)
  const root = rows.find((row) => row.recordKey === rootKey)
  return {
    payload: record?.payload ?? undefined,
    use: record && useOf(record),
    root: root?.payload == null ? undefined : decodeRoot(root.payload),
  }
}

async function readRoot(sql: Sql, nowMs: number, key: string): Promise<Root | undefined> {
  const [row] = await rowsOf(sql, nowMs, [key])
  return row?.payload == null ? undefined : decodeRoot(row.payload)
}

function useOf({ consumedAtMs, useNonce, successor }: Row): Use | undefined {
  if (consumedAtMs === null) return undefined
  return { atMs: consumedAtMs, nonce: useNonce ?? '', successor: successor ?? undefined }
}

async function runCommit(db: Db, nowMs: number, commit: Commit): Promise<CommitOutcome> {
  if (!commit.use && !commit.root) {
    await insertEntries(db, commit.entries)
    return { outcome: 'done' }
  }
  return inTransaction(db, async (trx) => {
    if (commit.root && !(await readRoot(trx, nowMs, commit.root))) {
      return (await earlierUse(trx, nowMs, commit)) ?? { outcome: 'gone' }
    }
    // The use comes before the entries: a loser must write nothing.
    const lost = await markUsed(trx, nowMs, commit)
    if (lost) return lost
    await insertEntries(trx, commit.entries)
    return { outcome: 'done' }
  })
}

async function markUsed(trx: Sql, nowMs: number, commit: Commit): Promise<CommitOutcome | undefined> {
  if (!commit.use) return undefined
  const { key, use } = commit.use
  const marked = await trx(TABLE)
    .where({ recordKey: key })
    .whereNull('consumedAtMs')
    .where('expiresAtMs', '>', nowMs)
    .update({ consumedAtMs: use.atMs, useNonce: use.nonce, successor: use.successor ?? null })
  if (marked === 1) return undefined
  return (await earlierUse(trx, nowMs, commit)) ?? { outcome: 'missing' }
}

async function earlierUse(sql: Sql, nowMs: number, { use }: Commit): Promise<CommitOutcome | undefined> {
  if (!use) return undefined
  const [row] = await rowsOf(sql, nowMs, [use.key])
  const earlier = row && useOf(row)
  return earlier && { outcome: 'used', use: earlier }
}

async function insertEntries(sql: Sql, entries: readonly Entry[]): Promise<void> {
  if (entries.length === 0) return
  const rows = entries.map(({ key, payload, expiresAtMs }) => ({ recordKey: key, payload, expiresAtMs }))
  await sql(TABLE).insert(rows).onConflict('recordKey').merge(['payload', 'expiresAtMs'])
}

async function putRoot(
  db: Db,
  nowMs: number,
  key: string,
  root: Root,
  expiresAtMs: number,
): Promise<PutOutcome> {
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
  key: string,
  root: Root,
  expiresAtMs: number,
  expected: string,
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
