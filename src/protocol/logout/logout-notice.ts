/**
 * Announces the end of a sign-in to apps (OpenID Connect Back-Channel Logout 1.0), once for each app.
 * `backchannel-logout.ts` sends the messages.
 */
import { z } from 'zod'
import { DAY_MS } from '../../platform/clock.ts'
import { inTransaction, isDuplicate } from '../../platform/sql/database.ts'
import type { Db, Sql } from '../../platform/sql/database.ts'
import { purgeSome } from '../../platform/sql/purge.ts'
import type { Purge } from '../../platform/sql/purge.ts'
import type { Services } from '../../services.ts'
import { isDocumentId } from '../../provider/clients/client-documents.ts'

/** The outbox's topic. */
export const LOGOUT_TOPIC = 'backchannel-logout'

export const logoutNoticeSchema = z.object({
  clientId: z.string(),
  accountId: z.string(),
  /** The sign-in's id for this client. */
  sid: z.string(),
})

export type LogoutNotice = z.output<typeof logoutNoticeSchema>
/** Longer than the end of a session can take. */
const REMEMBERED_MS = DAY_MS

/**
 * Puts one message into the outbox for each client that registered for it. A sign-in that was announced before is
 * skipped.
 */
export async function announceLogouts(
  { db, clock, outbox }: Pick<Services, 'db' | 'clock' | 'outbox'>,
  notices: readonly LogoutNotice[],
): Promise<void> {
  if (notices.length === 0) return
  await inTransaction(db, async (trx) => {
    const wanting = await withLogoutUri(
      trx,
      notices.map(({ clientId }) => clientId),
    )
    for (const notice of notices) {
      if (!wanting.has(notice.clientId) || !(await isFirst(trx, notice.sid, clock()))) continue
      await outbox.record(trx, { topic: LOGOUT_TOPIC, key: notice.clientId, payload: notice })
    }
  })
}

/** Purges old announcements. Returns how many. */
export async function purgeAnnounced(db: Db, nowMs: number, limit = 500): Promise<number> {
  const outdated: Purge['outdated'] = (rows) => rows.where('announcedAtMs', '<=', nowMs - REMEMBERED_MS)
  return purgeSome(db, { table: 'announced_logouts', key: 'sid', outdated }, limit)
}

async function withLogoutUri(sql: Sql, clientIds: string[]): Promise<Set<string>> {
  const rows: { clientId: string; metadata: string }[] = await sql('clients')
    .select('clientId', 'metadata')
    .whereIn('clientId', clientIds)
  const wanting = rows.filter(({ metadata }) => 'backchannel_logout_uri' in (JSON.parse(metadata) as object))
  // The metadata in a client's document is read when the message is sent, so that no sign-out waits for its site.
  return new Set([...wanting.map(({ clientId }) => clientId), ...clientIds.filter(isDocumentId)])
}

async function isFirst(sql: Sql, sid: string, announcedAtMs: number): Promise<boolean> {
  try {
    await sql('announced_logouts').insert({ sid, announcedAtMs })
    return true
  } catch (error) {
    if (isDuplicate(error)) return false
    throw error
  }
}
