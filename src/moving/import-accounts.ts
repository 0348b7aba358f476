/**
 * Takes accounts over from another system, a batch in one transaction. A second run of the same file changes nothing, so an
 * interrupted one is continued by running it again. The first account of an address wins; later ones are refused.
 */
import type { AccountRow } from '../accounts/account.ts'
import type { AuditAction } from '../audit/audited-actions.ts'
import type { Clock } from '../platform/clock.ts'
import { inTransaction, isDuplicate, isOrphan } from '../platform/sql/database.ts'
import type { Db, Sql } from '../platform/sql/database.ts'
import type { Sealer } from '../platform/tokens.ts'
import type { FileRecord } from './files/file-record.ts'
import { createLineIndex } from './files/line-index.ts'
import type { LineIndex } from './files/line-index.ts'
import { withFittingGroups } from './incoming-groups.ts'
import type { GroupCount } from './incoming-groups.ts'
import { knownTimeZone } from '../words/time-zone.ts'
import { NotReadable } from './incoming.ts'
import type { Incoming } from './incoming.ts'
import type { KnownRoles } from '../accounts/roles/arriving-roles.ts'
import { judge } from './judge.ts'
import type { Judged, JudgeOptions, Refusal } from './judge.ts'
import type { Report } from './report.ts'
import { LEFT_OUT_BEFORE, openFactors } from './sealed-factors.ts'
import type { FactorSeal } from './sealed-factors.ts'
import type { Summary } from './summary.ts'
import { withPlacedIdentities } from '../upstreams/arriving-links.ts'
import { insertRows } from './write-accounts.ts'
import type { NewRow } from './write-accounts.ts'

type ImportNeeds = {
  db: Db
  clock: Clock
  sealer: Sealer
  /** Of the digests of recovery codes. */
  digestKey: Buffer
  knownRoles: KnownRoles
  /** Opens the factors of our own export, after its first line. */
  factorSeal: () => FactorSeal | undefined
}

export type ImportOptions = Omit<JudgeOptions, 'nowMs'> & {
  dryRun: boolean
  /** For the audit trail: the name of the format. */
  from: string
}

const BATCH = 500
const ATTEMPTS = 5

type Reporting = {
  summary: Summary
  report: Report
  progress: (bytes: number) => void
  groupCount: GroupCount
}

type Importer = {
  add: (record: FileRecord) => Promise<void>
  /** Writes what is left. */
  finish: () => Promise<void>
}

/** `toIncoming` throws NotReadable. */
export function createImporter(
  needs: ImportNeeds,
  toIncoming: (value: Readonly<Record<string, unknown>>) => Incoming,
  options: ImportOptions,
  { summary, report, progress, groupCount }: Reporting,
): Importer {
  const seen = { emails: createLineIndex(), ids: createLineIndex(), usernames: createLineIndex() }
  let batch: Candidate[] = []
  let bytes = 0

  async function flush(): Promise<void> {
    if (batch.length === 0) return progress(bytes)
    const candidates = batch
    batch = []
    const outcome = await written(needs, candidates, { ...options, groupCount })
    for (const { candidate, refusal } of outcome.refused) report.refused(candidate.record, refusal)
    summary.alreadyHere += outcome.alreadyHere
    for (const candidate of outcome.fresh) count(candidate, summary, report)
    progress(bytes)
  }

  return {
    async add(record) {
      summary.records += 1
      bytes = record.bytes
      const read = candidateOf(needs, record, toIncoming, { ...options, nowMs: needs.clock() })
      const refusal = 'code' in read ? read : repetition(seen, read)
      if (refusal) report.refused(record, refusal)
      else if ('row' in read) batch.push(nameClaimed(seen.usernames, read))
      if (batch.length >= BATCH) await flush()
    },
    finish: flush,
  }
}

function count({ record, incoming, row, kind }: Candidate, summary: Summary, report: Report): void {
  summary.imported += 1
  summary.memberships += incoming.groups?.length ?? 0
  summary.hashes[kind] = (summary.hashes[kind] ?? 0) + 1
  if (row.emailVerifiedAtMs === null) summary.unverified += 1
  if (row.disabledAtMs !== null) summary.disabled += 1
  const { factors } = incoming
  if (factors) {
    summary.secondFactors.accounts += 1
    if (factors.totp) summary.secondFactors.carriedOver += 1
    if (factors.recoveryCodes.length > 0) summary.secondFactors.withRecoveryCodes += 1
  }
  for (const one of [...(factors?.leftOut ?? []), ...(incoming.leftOut ?? [])]) report.leftOut(record, one)
}

type Candidate = Judged & { record: FileRecord; incoming: Incoming }

function candidateOf(
  { factorSeal }: ImportNeeds,
  record: FileRecord,
  toIncoming: (value: Readonly<Record<string, unknown>>) => Incoming,
  options: JudgeOptions,
): Candidate | Refusal {
  if ('fault' in record) return { code: 'not_readable', why: record.fault }
  try {
    const incoming = withFittingGroups(withKnownZone(toIncoming(record.value)))
    const judged = judge(incoming, options)
    if ('code' in judged) return judged
    const factors = factorsOf(incoming, judged.row.id, factorSeal())
    return { ...judged, record, incoming: { ...incoming, factors } }
  } catch (error) {
    if (error instanceof NotReadable) return { code: error.code, why: error.message }
    throw error
  }
}

/** Many systems keep a zone as a text of their own. An account is not refused for it. */
function withKnownZone(incoming: Incoming): Incoming {
  const { zoneinfo, leftOut = [] } = incoming
  if (zoneinfo === undefined || knownTimeZone(zoneinfo)) return incoming
  const why = 'no time zone (IANA) has this name'
  return { ...incoming, zoneinfo: undefined, leftOut: [...leftOut, { code: 'zoneinfo', why }] }
}

/** @throws NotReadable when sealed factors do not open: no account loses its factors by an import */
function factorsOf({ factors, own }: Incoming, id: string, seal: FactorSeal | undefined) {
  const sealed = own?.sealedFactors
  if (sealed === undefined) return factors
  if (sealed === null) return LEFT_OUT_BEFORE
  if (seal === undefined)
    throw new NotReadable('factors is sealed, and the first line of its export is missing')
  return openFactors(seal, id, sealed)
}

function repetition(seen: { emails: LineIndex; ids: LineIndex }, { row, hasOwnId, record }: Candidate) {
  const earlier = seen.emails.note(row.emailCanonical, row.email, record.line)
  if (earlier?.sameForm)
    return { code: 'duplicate_in_file', why: `the same e-mail address is on line ${earlier.line}` }
  if (earlier)
    return {
      code: 'collides_in_file',
      why: `the e-mail address differs from that on line ${earlier.line} only in case or Unicode form`,
    }
  const sameId = hasOwnId ? seen.ids.note(row.id, row.id, record.line) : undefined
  return sameId && { code: 'duplicate_id_in_file', why: `the same id is on line ${sameId.line}` }
}

/** The first account of a user name gets it. Later ones keep it as a text that is shown. */
function nameClaimed(usernames: LineIndex, candidate: Candidate): Candidate {
  const { usernameCanonical: name, record } = candidate
  const earlier = name === null ? undefined : usernames.note(name, name, record.line)
  return earlier ? withoutName(candidate, `the same user name is on line ${earlier.line}`) : candidate
}

function withoutName(candidate: Candidate, why: string): Candidate {
  const { incoming } = candidate
  const leftOut = [...(incoming.leftOut ?? []), { code: 'username_taken', why }]
  return { ...candidate, usernameCanonical: null, incoming: { ...incoming, leftOut } }
}

type Outcome = {
  fresh: Candidate[]
  alreadyHere: number
  refused: { candidate: Candidate; refusal: Refusal }[]
}

/** Compares with what is here and inserts the rest. Somebody may register meanwhile: then it compares again. */
async function written(
  needs: ImportNeeds,
  candidates: Candidate[],
  options: ImportOptions & Pick<Reporting, 'groupCount'>,
): Promise<Outcome> {
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await compared(needs, candidates)
    await options.groupCount.see(outcome.fresh.flatMap(({ incoming }) => incoming.groups ?? []))
    if (options.dryRun || outcome.fresh.length === 0) return outcome
    const rows: NewRow[] = outcome.fresh.map(({ row, usernameCanonical, incoming }) => ({
      row: { ...row, usernameCanonical },
      roles: [...new Set(incoming.own?.roles)],
      consents: incoming.consents ?? [],
      factors: incoming.factors,
      groups: incoming.groups ?? [],
      identities: incoming.identities ?? [],
    }))
    try {
      await inTransaction(needs.db, (trx) =>
        insertRows(trx, rows, {
          atMs: needs.clock(),
          from: options.from,
          sealer: needs.sealer,
          key: needs.digestKey,
        }),
      )
      return outcome
    } catch (error) {
      // Another process created a group of them, or deleted one.
      if (!(isDuplicate(error) || isOrphan(error)) || attempt >= ATTEMPTS) throw error
    }
  }
}

async function compared({ db, knownRoles }: ImportNeeds, candidates: Candidate[]): Promise<Outcome> {
  const outcome: Outcome = { fresh: [], alreadyHere: 0, refused: [] }
  if (candidates.length === 0) return outcome
  const here = await accountsLike(db, candidates)
  for (const candidate of candidates) {
    const { row, hasOwnId, incoming } = candidate
    const strange = await knownRoles.unknown(incoming.own?.roles ?? [])
    const refusal = refusalOf(row, hasOwnId, here)
    if (refusal) outcome.refused.push({ candidate, refusal })
    else if (here.byEmail.has(row.emailCanonical) || (hasOwnId && here.ids.has(row.id)))
      outcome.alreadyHere += 1
    // Without a role that it had, it would be another account.
    else if (strange.length > 0) outcome.refused.push({ candidate, refusal: roleUnknown(strange) })
    else if (candidate.usernameCanonical !== null && here.usernames.has(candidate.usernameCanonical))
      outcome.fresh.push(withoutName(candidate, 'an account here has this user name'))
    else outcome.fresh.push(candidate)
  }
  return { ...outcome, fresh: await withPlacedIdentities(db, outcome.fresh) }
}

type Here = {
  byEmail: ReadonlyMap<string, string>
  ids: ReadonlySet<string>
  usernames: ReadonlySet<string>
  imported: ReadonlySet<string>
  deleted: ReadonlySet<string>
}

function roleUnknown(names: readonly string[]): Refusal {
  return { code: 'role_unknown', why: `there is no role ${names.join(', ')} here` }
}

function refusalOf(row: AccountRow, hasOwnId: boolean, here: Here): Refusal | undefined {
  const sameEmail = here.byEmail.get(row.emailCanonical)
  if (hasOwnId && here.deleted.has(row.id) && !here.ids.has(row.id))
    return { code: 'deleted_here', why: 'the account was deleted here since; its id is never used again' }
  if (hasOwnId && here.ids.has(row.id)) {
    if (sameEmail === row.id || here.imported.has(row.id)) return undefined
    return { code: 'id_taken', why: 'another account here has this id' }
  }
  // Without an id in the file, only the trail tells an earlier run from somebody who registered.
  if (sameEmail === undefined || (!hasOwnId && here.imported.has(sameEmail))) return undefined
  return { code: 'address_taken', why: 'an account here has this e-mail address' }
}

async function accountsLike(db: Sql, candidates: Candidate[]): Promise<Here> {
  const emails = candidates.map(({ row }) => row.emailCanonical)
  const ids = candidates.filter(({ hasOwnId }) => hasOwnId).map(({ row }) => row.id)
  const sameEmail: Pick<AccountRow, 'id' | 'emailCanonical'>[] = await db('accounts')
    .select('id', 'emailCanonical')
    .whereIn('emailCanonical', emails)
  const sameId: string[] = ids.length === 0 ? [] : await db('accounts').whereIn('id', ids).pluck('id')
  const known = [...new Set([...sameEmail.map(({ id }) => id), ...sameId])]
  return {
    byEmail: new Map(sameEmail.map((one) => [one.emailCanonical, one.id])),
    ids: new Set(sameId),
    usernames: await takenUsernames(db, candidates),
    imported: await withEvent(db, 'account.imported', known),
    deleted: await withEvent(db, 'account.deleted', ids),
  }
}

async function takenUsernames(db: Sql, candidates: Candidate[]): Promise<Set<string>> {
  const names = candidates.flatMap(({ usernameCanonical }) => usernameCanonical ?? [])
  if (names.length === 0) return new Set()
  const rows: { usernameCanonical: string }[] = await db('accounts')
    .select('usernameCanonical')
    .whereIn('usernameCanonical', names)
  return new Set(rows.map(({ usernameCanonical }) => usernameCanonical))
}

async function withEvent(db: Sql, action: AuditAction, ids: string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set()
  const rows: { accountId: string }[] = await db('audit_events')
    .select('accountId')
    .whereIn('accountId', ids)
    // Not by the index of actions: after an import it has as many entries as there are accounts.
    .whereRaw("coalesce(??, '') = ?", ['action', action])
  return new Set(rows.map(({ accountId }) => accountId))
}
