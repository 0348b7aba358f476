/**
 * Purges old entries from the beginning of each chain. An anchor keeps the hash of the last one, so that the rest can still
 * be verified. Only entries with the right hash are purged, or with an old anchor after them: nobody makes an entry older to have
 * it removed.
 */
import { inTransaction } from '../../platform/sql/database.ts'
import type { Services } from '../../services.ts'
import { AUDIT_KINDS } from '../audit-kinds.ts'
import type { AuditKind } from '../audit-kinds.ts'
import type { Config } from '../../settings/config.ts'
import { anchorPruning, isGenuineAnchor, lastPruned, listAnchors } from './anchors.ts'
import { chainAfter, chainedRows, startOf } from './chained-row.ts'
import type { ChainEnd } from './chained-row.ts'

/** The chain of each kind, and the name of its time in the configuration. */
const KEPT_BY: Readonly<Record<AuditKind, keyof Config['retention']>> = {
  attempt: 'attemptKeepMs',
  sign_in: 'auditSignInKeepMs',
  account: 'auditAccountKeepMs',
  app: 'auditAppKeepMs',
  administration: 'auditAdministrationKeepMs',
  view: 'auditViewKeepMs',
}

type Pruning = Pick<Services, 'db' | 'sealer' | 'log'>

/** One step: answers how many entries it purged, of the chain that had most. Entries that are not chained yet stay. */
export async function pruneAudit(
  services: Pruning,
  retention: Config['retention'],
  nowMs: number,
  limit: number,
): Promise<number> {
  const { db, sealer } = services
  let most = 0
  for (const chain of AUDIT_KINDS) {
    const keptForMs = retention[KEPT_BY[chain]]
    const { end, found } = await oldBeginning(services, { chain, untilMs: nowMs - keptForMs, limit })
    if (found === 0) continue
    await inTransaction(db, async (trx) => {
      await anchorPruning(trx, { end, sealer, nowMs })
      await trx('audit_events').where({ chain }).where('chainSeq', '<=', end.seq).delete()
    })
    most = Math.max(most, found)
  }
  return most
}

type Old = { chain: string; untilMs: number; limit: number }

/** The entries before the first one that is to be kept. Late entries have an older time: they wait for that one. */
async function oldBeginning({ db, sealer, log }: Pruning, { chain, untilMs, limit }: Old) {
  const anchor = await lastPruned(db, chain)
  const start: ChainEnd = anchor && isGenuineAnchor(anchor, sealer) ? anchor : startOf(chain)
  let [end, found] = [start, 0]
  let provenSeq: number | undefined
  for (const row of await chainedRows(db, { chain, after: 0, limit })) {
    if (row.atMs > untilMs) break
    const next = chainAfter(end, row)
    if (next.seq !== row.chainSeq || next.hash !== row.chainHash)
      provenSeq ??= await anchoredSeq({ db, sealer }, chain, untilMs)
    if (provenSeq !== undefined && row.chainSeq > provenSeq) {
      log.error({ chain, seq: row.chainSeq }, 'audit.purge_stopped')
      break
    }
    end = { chain, seq: row.chainSeq, hash: row.chainHash }
    found += 1
  }
  return { end, found }
}

/** Up to here entries are old, also where they were changed: the anchor was written after them. */
async function anchoredSeq(
  { db, sealer }: Pick<Pruning, 'db' | 'sealer'>,
  chain: string,
  untilMs: number,
): Promise<number> {
  const anchors = (await listAnchors(db)).filter(
    (one) =>
      one.chain === chain && one.kind === 'regular' && one.atMs <= untilMs && isGenuineAnchor(one, sealer),
  )
  return anchors.at(-1)?.seq ?? 0
}
