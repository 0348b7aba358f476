/**
 * Accepts a broken place of the trail after somebody looked into it. A sealed anchor has a mark of exactly this place, so nobody
 * accepts by SQL alone, and a further change there is a new fault. An entry says who, when and why.
 */
import { AppError } from '../../platform/errors.ts'
import { inTransaction } from '../../platform/sql/database.ts'
import type { Services } from '../../services.ts'
import { recordAudit } from '../audit.ts'
import { findEntry } from '../entries.ts'
import { addAcceptance } from './anchors.ts'
import { verifyAudit } from './verify.ts'
import type { PlacedFault } from './verify.ts'

type Accepting = Pick<Services, 'db' | 'sealer' | 'clock'>

/**
 * Accepts what a verification finds at an entry. An entry `audit.chain_broken` may be given in place of the place that it names.
 * @throws AppError 404 `nothing_to_accept`
 */
export async function acceptBreak(
  { db, sealer, clock }: Accepting,
  entryId: number,
  { by, reason, actor }: { by: string; reason: string; actor: string },
): Promise<PlacedFault[]> {
  const named = await placeNamedBy({ db }, entryId)
  const { faults } = await verifyAudit({ db, sealer })
  const accepted = faults.filter(
    (fault): fault is PlacedFault =>
      'mark' in fault &&
      (fault.entryId === entryId || (fault.chain === named?.chain && fault.noticedSeq === named.seq + 1)),
  )
  if (accepted.length === 0)
    throw new AppError('nothing_to_accept', 404, 'The verification finds no fault at this entry.')
  const nowMs = clock()
  await inTransaction(db, async (trx) => {
    for (const { chain, seq, fault, mark } of accepted)
      await addAcceptance(trx, { chain, seq, fault, mark, sealer, nowMs })
    const places = accepted.map(({ chain, seq, fault }) => ({ chain, seq, fault }))
    const detail = { entry: entryId, places, by, reason }
    await recordAudit(trx, { atMs: nowMs, action: 'audit.break_accepted', actor, detail })
  })
  return accepted
}

/** Where the end of a chain was, when the server found that it had not written it. */
async function placeNamedBy({ db }: Pick<Accepting, 'db'>, entryId: number) {
  const entry = await findEntry(db, entryId)
  const { chain, seq } = entry?.action === 'audit.chain_broken' ? entry.detail : {}
  return typeof chain === 'string' && typeof seq === 'number' ? { chain, seq } : undefined
}
