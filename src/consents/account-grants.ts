/** Which grants an account has given, so that they can be found and revoked. The grants themselves are the grant store's. */
import { digest } from '../platform/tokens.ts'
import { isDuplicate, isOrphan } from '../platform/sql/database.ts'
import type { Sql } from '../platform/sql/database.ts'

export type AccountGrant = {
  /** The id itself is a key to the grant store, so only its digest is kept. */
  grantIdDigest: string
  accountId: string
  clientId: string
  /** The session that it belongs to, if any. */
  sessionUid: string | null
  createdAtMs: number
  expiresAtMs: number
}

export type NewGrant = Omit<AccountGrant, 'grantIdDigest' | 'sessionUid'> & {
  grantId: string
  sessionUid?: string | null | undefined
}

const BATCH_ROWS = 500

const COLUMNS = [
  'grantIdDigest',
  'accountId',
  'clientId',
  'sessionUid',
  'createdAtMs',
  'expiresAtMs',
] as const

/**
 * Records a grant; recording it again moves its end. A grant of an account that was deleted meanwhile is not recorded:
 * later requests with that grant find no account.
 */
export async function recordGrant(sql: Sql, { grantId, ...grant }: NewGrant): Promise<void> {
  const row: AccountGrant = {
    ...grant,
    sessionUid: grant.sessionUid ?? null,
    grantIdDigest: digest(grantId),
  }
  try {
    await sql('account_grants').insert(row)
  } catch (error) {
    if (isOrphan(error)) return
    if (!isDuplicate(error)) throw error
    const { grantIdDigest, accountId, expiresAtMs } = row
    await sql('account_grants').where({ grantIdDigest, accountId }).update({ expiresAtMs })
  }
}

export async function listGrants(
  sql: Sql,
  { accountId, clientId }: { accountId?: string; clientId?: string },
): Promise<AccountGrant[]> {
  return sql<AccountGrant>('account_grants')
    .select(...COLUMNS)
    .where({ ...(accountId !== undefined && { accountId }), ...(clientId !== undefined && { clientId }) })
    .orderBy('createdAtMs', 'desc')
}

/** Removes the grants an account gave one client, in the caller's transaction; answers their digests, for the grant store. */
export async function removeGrantsOf(trx: Sql, accountId: string, clientId: string): Promise<string[]> {
  const rows: Pick<AccountGrant, 'grantIdDigest'>[] = await trx('account_grants')
    .where({ accountId, clientId })
    .forUpdate()
    .select('grantIdDigest')
  const digests = rows.map(({ grantIdDigest }) => grantIdDigest)
  await trx('account_grants').whereIn('grantIdDigest', digests).delete()
  return digests
}

/** Removes the grants that all accounts gave one client, in the caller's transaction; answers their digests in batches. */
export async function* removeGrantsOfClient(trx: Sql, clientId: string): AsyncGenerator<string[]> {
  for (;;) {
    const rows: Pick<AccountGrant, 'grantIdDigest'>[] = await trx('account_grants')
      .where({ clientId })
      .orderBy('grantIdDigest')
      .limit(BATCH_ROWS)
      .forUpdate()
      .select('grantIdDigest')
    const digests = rows.map(({ grantIdDigest }) => grantIdDigest)
    if (digests.length === 0) return
    await trx('account_grants').whereIn('grantIdDigest', digests).delete()
    yield digests
  }
}
