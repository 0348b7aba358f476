/**
 * Initial access tokens (RFC 7591 §3): the right to register clients under a policy, once or several times. Owns the
 * table `initial_access_tokens`. A token is shown once and stored as a digest.
 */
import { randomUUID } from 'node:crypto'
import { recordEvent } from '../../events/events.ts'
import type { Clock } from '../../platform/clock.ts'
import { inTransaction } from '../../platform/sql/database.ts'
import type { Db, Sql } from '../../platform/sql/database.ts'
import type { MovedTable } from '../../platform/sql/moved-table.ts'
import { digest } from '../../platform/tokens.ts'
import { newTokenId } from '../../grant-store/token-ids.ts'
import { parsePolicy } from './registration-policy.ts'
import type { PolicyInput, RegistrationPolicy } from './registration-policy.ts'

export type InitialAccessToken = {
  id: string
  name: string
  policy: RegistrationPolicy
  usedCount: number
  /** `null`: any number of clients. */
  maxUses: number | null
  expiresAtMs: number
  revokedAtMs: number | null
  createdAtMs: number
}

export type NewInitialAccessToken = {
  name: string
  policy: PolicyInput
  maxUses: number | null
  expiresAtMs: number
}

/** Returns the token, which cannot be shown again. @throws AppError 400 `invalid_policy` */
export async function createInitialAccessToken(
  db: Db,
  { name, policy, maxUses, expiresAtMs }: NewInitialAccessToken,
  clock: Clock,
): Promise<{ token: string; record: InitialAccessToken }> {
  const token = newTokenId('InitialAccessToken')
  const row = {
    id: randomUUID(),
    tokenHash: digest(token),
    name,
    policy: JSON.stringify(parsePolicy(policy)),
    usedCount: 0,
    maxUses,
    expiresAtMs,
    revokedAtMs: null,
    createdAtMs: clock(),
  }
  await inTransaction(db, async (trx) => {
    await trx('initial_access_tokens').insert(row)
    await recordToken(trx, 'registration_token.issued', row)
  })
  return { token, record: toRecord(row) }
}

/** Makes a token for any number of clients, and revokes earlier tokens of this name. */
export async function replaceInitialAccessToken(
  { db, clock }: { db: Db; clock: Clock },
  wanted: { name: string; policy: Record<string, unknown>; expiresAtMs: number },
): Promise<string> {
  const all = await listInitialAccessTokens(db)
  for (const { id, name, revokedAtMs } of all)
    if (name === wanted.name && revokedAtMs === null) await revokeInitialAccessToken(db, id, clock)
  const policy = parsePolicy(wanted.policy)
  const { token } = await createInitialAccessToken(db, { ...wanted, policy, maxUses: null }, clock)
  return token
}

/** Newest first. */
export async function listInitialAccessTokens(sql: Sql): Promise<InitialAccessToken[]> {
  const rows = await select(sql).orderBy([{ column: 'createdAtMs', order: 'desc' }, { column: 'id' }])
  return rows.map(toRecord)
}

/** The token while it may be used. */
export async function findUsableToken(
  sql: Sql,
  token: string,
  nowMs: number,
): Promise<InitialAccessToken | undefined> {
  const row = await usable(select(sql), nowMs)
    .where({ tokenHash: digest(token) })
    .first()
  return row && toRecord(row)
}

/** Counts one use, in the transaction that registers the client. False when others have used it up meanwhile. */
export async function useInitialAccessToken(trx: Sql, id: string, nowMs: number): Promise<boolean> {
  const used = await usable(trx('initial_access_tokens'), nowMs).where({ id }).increment('usedCount', 1)
  return used === 1
}

/** False when there is no such token, or it was revoked before. */
export async function revokeInitialAccessToken(db: Db, id: string, clock: Clock): Promise<boolean> {
  return await inTransaction(db, async (trx) => {
    const live = trx<Row>('initial_access_tokens').where({ id }).whereNull('revokedAtMs')
    const row = await live.clone().forUpdate().first('id', 'name')
    if (!row) return false
    await live.update({ revokedAtMs: clock() })
    await recordToken(trx, 'registration_token.revoked', row)
    return true
  })
}

/** As `export` and `import` move them. */
export const MOVED_REGISTRATION_TOKENS: MovedTable = {
  type: 'registration_token',
  plural: 'registration tokens',
  table: 'initial_access_tokens',
  key: 'id',
  fields: {
    id: { kind: 'text', max: 36 },
    tokenHash: { kind: 'text', max: 64 },
    name: { kind: 'text', max: 255 },
    policy: { kind: 'json' },
    usedCount: { kind: 'number' },
    maxUses: { kind: 'number', nullable: true },
    expiresAtMs: { kind: 'moment' },
    revokedAtMs: { kind: 'moment', nullable: true },
    createdAtMs: { kind: 'moment' },
  },
  check: ({ policy }) => void parsePolicy(JSON.parse(String(policy))),
  arrived: (sql, { id, name }) =>
    recordToken(sql, 'registration_token.issued', { id: String(id), name: String(name) }),
}

function recordToken(
  trx: Sql,
  type: 'registration_token.issued' | 'registration_token.revoked',
  { id, name }: Pick<Row, 'id' | 'name'>,
): Promise<void> {
  return recordEvent(trx, { type, subject: id, data: () => ({ id, name }) })
}

type Row = Omit<InitialAccessToken, 'policy'> & { policy: string; tokenHash: string }

function select(sql: Sql) {
  return sql<Row, Row[]>('initial_access_tokens').select(
    'id',
    'name',
    'policy',
    'usedCount',
    'maxUses',
    'expiresAtMs',
    'revokedAtMs',
    'createdAtMs',
  )
}

type Conditions<Query> = {
  whereNull: (column: string) => Query
  where: ((column: string, operator: string, value: unknown) => Query) &
    ((group: (inner: Group) => unknown) => Query)
}
type Group = {
  whereNull: (column: string) => { orWhereRaw: (condition: string, columns: string[]) => unknown }
}

function usable<Query extends Conditions<Query>>(query: Query, nowMs: number): Query {
  return query
    .whereNull('revokedAtMs')
    .where('expiresAtMs', '>', nowMs)
    .where((group: Group) => group.whereNull('maxUses').orWhereRaw('?? < ??', ['usedCount', 'maxUses']))
}

function toRecord({ policy, ...row }: Omit<Row, 'tokenHash'>): InitialAccessToken {
  const { id, name, usedCount, maxUses, expiresAtMs, revokedAtMs, createdAtMs } = row
  return {
    id,
    name,
    policy: parsePolicy(JSON.parse(policy)),
    usedCount,
    maxUses,
    expiresAtMs,
    revokedAtMs,
    createdAtMs,
  }
}
