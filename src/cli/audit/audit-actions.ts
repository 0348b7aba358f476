/** What the commands of `audit` do that read the whole trail. */
import { userInfo } from 'node:os'
import { findAccountByLogin } from '../../accounts/username.ts'
import { recordAudit } from '../../audit/audit.ts'
import { acceptBreak } from '../../audit/chain/accept.ts'
import { listAnchors } from '../../audit/chain/anchors.ts'
import { countUnlinked } from '../../audit/chain/link.ts'
import { FAULTS, verifyAudit } from '../../audit/chain/verify.ts'
import type { Fault, PlacedFault } from '../../audit/chain/verify.ts'
import { everyEntry, isKind, shownEntry } from '../../audit/entries.ts'
import type { EntryFilter } from '../../audit/entry-walk.ts'
import type { Answer } from '../../command-line/command.ts'
import { usageError } from '../../command-line/input.ts'
import type { Input } from '../../command-line/input.ts'
import { isoTime, table } from '../../command-line/layout.ts'
import { progressBar } from '../../command-line/progress-bar.ts'
import type { Sql } from '../../platform/sql/database.ts'
import type { Services } from '../../services.ts'
import { KIND_USAGE, timeIn } from './audit-answers.ts'
import { readAnchors, shownAnchor } from './anchor-file.ts'
import { exportedTo } from './entry-file.ts'

const FAULTY = 3

export async function verify(input: Input, { db, sealer }: Services): Promise<Answer> {
  const file = input.text('anchors')
  const known = file === undefined ? [] : readAnchors('anchors', file)
  const bar = progressBar(process.stderr, { quiet: input.flag('json') })
  const onProgress = (entries: number) => bar.draw(undefined, `${entries} entries`)
  const { entries, faults, accepted, ends } = await verifyAudit({ db, sealer }, { known, onProgress })
  bar.clear()
  const unchained = await countUnlinked(db)
  const lines = faults.length === 0 ? [intactLine(accepted)] : faults.map(lineOf)
  lines.push(...accepted.map((one) => `Accepted: ${lineOf(one)}`))
  const chains = ends.map(({ chain, seq, hash }) => ({ chain, last: seq, hash }))
  const text = [...lines, '', `${entries} entries verified; not chained yet: ${unchained}.`].join('\n')
  const data = {
    intact: faults.length === 0,
    entries,
    not_chained_yet: unchained,
    ...shownFaults(faults, accepted),
    chains,
  }
  return { data, text, exitCode: faults.length === 0 ? 0 : FAULTY }
}

export async function accept(input: Input, services: Services): Promise<Answer> {
  const [id = ''] = input.operands
  const reason = input.text('reason')?.trim()
  if (!reason) throw usageError('audit accept needs --reason')
  if (!/^\d{1,15}$/.test(id)) throw usageError('audit accept takes the id of an entry')
  const by = input.text('by') ?? userInfo().username
  const accepted = await acceptBreak(services, Number(id), { by, reason, actor: 'cli' })
  const text = accepted.map((one) => `Accepted: ${lineOf(one)}`).join('\n')
  return { data: { by, reason, accepted: accepted.map(faultShown) }, text }
}

export async function exportTo(input: Input, { db, clock }: Services): Promise<Answer> {
  const [file = ''] = input.operands
  const filter = await filterOf(input, db)
  return exportedTo(file, entriesOf(db, filter), (entries) =>
    recordAudit(db, { atMs: clock(), action: 'audit.exported', actor: 'cli', detail: { entries } }),
  )
}

async function* entriesOf(db: Sql, filter: EntryFilter) {
  for await (const entries of everyEntry(db, filter)) yield entries.map(shownEntry)
}

export async function anchors(_: Input, { db }: Services): Promise<Answer> {
  const found = await listAnchors(db)
  const rows = found.map(({ chain, seq, kind, atMs, hash }) => [chain, seq, kind, isoTime(atMs), hash])
  const head = ['CHAIN', 'LAST', 'KIND', 'TIME', 'HASH']
  return { data: { anchors: found.map(shownAnchor) }, text: table(head, rows, 'No anchors.') }
}

/** An account may be gone: then only its id is known. */
async function filterOf(input: Input, db: Sql): Promise<EntryFilter> {
  const [account, kind] = [input.text('account'), input.text('kind')]
  if (kind !== undefined && !isKind(kind)) throw usageError(KIND_USAGE)
  return {
    accountId: account === undefined ? undefined : ((await findAccountByLogin(db, account))?.id ?? account),
    actor: input.text('actor'),
    action: input.text('action'),
    kind,
    clientId: input.text('app'),
    fromMs: timeIn(input, 'from'),
    untilMs: timeIn(input, 'until'),
  }
}

function intactLine({ length }: readonly Fault[]): string {
  return length === 0 ? 'Every entry is as it was written.' : 'Every other entry is as it was written.'
}

function shownFaults(faults: readonly Fault[], accepted: readonly Fault[]) {
  return { faults: faults.map(faultShown), accepted: accepted.map(faultShown) }
}

function faultShown(fault: Fault | PlacedFault) {
  const { chain, fault: what, seq, lastSeq, id } = fault
  const beforeId = entryAfterGap(fault)
  return {
    chain,
    fault: what,
    seq,
    ...(lastSeq !== undefined && { lastSeq }),
    ...(id !== undefined && { id }),
    ...(beforeId !== undefined && { beforeId }),
  }
}

/** What is missing has no id. The entry after it is named, so that it can be accepted. */
function entryAfterGap(fault: Fault | PlacedFault): number | undefined {
  return fault.id === undefined && 'entryId' in fault ? fault.entryId : undefined
}

function lineOf(found: Fault | PlacedFault): string {
  const { chain, seq, lastSeq, id, fault } = found
  const place = lastSeq === undefined || lastSeq === seq ? `number ${seq}` : `numbers ${seq} to ${lastSeq}`
  const afterGap = entryAfterGap(found)
  const named = id === undefined ? afterGap && ` (before entry ${afterGap})` : ` (entry ${id})`
  return `${chain}, ${place}${named ?? ''}: ${FAULTS[fault]}`
}
