/** Connections that arrive with accounts of another system, many at a time. Its name of a provider is the id of one here. */
import { randomUUID } from 'node:crypto'
import type { Sql } from '../platform/sql/database.ts'
import { digest } from '../platform/tokens.ts'
import { listUpstreams } from './upstream.ts'

/**
 * `provider`: what the other system calls it; once it has a place, the id here. `claim`: the one that `subject` comes from, where
 * that is not the usual one.
 */
export type ArrivingIdentity = {
  provider: string
  subject: string
  shownAs: string
  claim?: string | undefined
}

type Arriving = {
  row: { emailVerifiedAtMs: number | null }
  incoming: {
    identities?: readonly ArrivingIdentity[] | undefined
    leftOut?: { code: string; why: string }[] | undefined
  }
}

const LONGEST_SUBJECT = 255
const LONGEST_SHOWN = 200
/** Values of one statement; the smallest limit is SQLite's 32,766. */
const ROWS = 500

/** Without the identities that have no place here; each of them is named in `leftOut`. */
export async function withPlacedIdentities<Candidate extends Arriving>(
  sql: Sql,
  candidates: readonly Candidate[],
): Promise<Candidate[]> {
  const all = candidates.flatMap(({ incoming }) => incoming.identities ?? [])
  if (all.length === 0) return [...candidates]
  const subjects = await subjectClaims(sql)
  const taken = await takenSubjects(sql, all)
  return candidates.map((candidate) => {
    const { row, incoming } = candidate
    const identities: ArrivingIdentity[] = []
    const leftOut = [...(incoming.leftOut ?? [])]
    for (const one of incoming.identities ?? []) {
      const placed = {
        ...one,
        provider: subjects.has(one.provider) ? one.provider : one.provider.toLowerCase(),
      }
      const why = faultOf(placed, { row, identities, subjects, taken })
      if (why !== undefined) leftOut.push({ code: `identity ${one.provider}`, why })
      else identities.push(placed)
      if (why === undefined) taken.add(keyOf(placed))
    }
    return { ...candidate, incoming: { ...incoming, identities, leftOut } }
  })
}

type Places = {
  row: Arriving['row']
  identities: readonly ArrivingIdentity[]
  subjects: ReadonlyMap<string, string | undefined>
  taken: ReadonlySet<string>
}

function faultOf(one: ArrivingIdentity, { row, identities, subjects, taken }: Places): string | undefined {
  if (!subjects.has(one.provider)) return 'no provider here has this id: add it before the import'
  const mapped = subjects.get(one.provider)
  // A connection with another subject would never be found, and the right one would be refused beside it.
  if (one.claim !== undefined && mapped !== one.claim)
    return `its subjects are from ${one.claim}: map subject to it before the import`
  // Somebody may have registered there with the address of another person. It would open that person's account here.
  if (row.emailVerifiedAtMs === null) return 'the address of the account is not confirmed'
  if (one.subject === '' || one.subject.length > LONGEST_SUBJECT) return 'it names no subject'
  if (identities.some(({ provider }) => provider === one.provider))
    return 'an account has one connection with each provider'
  return taken.has(keyOf(one)) ? 'another account here is connected with it' : undefined
}

/** The upstreams here, with the claim that each has its subjects from, where it is not the usual one. */
async function subjectClaims(sql: Sql): Promise<Map<string, string | undefined>> {
  const all = await listUpstreams(sql)
  return new Map(all.map(({ id, mapping }) => [id, mapping.subject]))
}

async function takenSubjects(sql: Sql, identities: readonly ArrivingIdentity[]): Promise<Set<string>> {
  const digests = [...new Set(identities.map(({ subject }) => digest(subject)))]
  const taken = new Set<string>()
  for (let at = 0; at < digests.length; at += ROWS) {
    const rows: { upstreamId: string; subjectDigest: string }[] = await sql('upstream_links')
      .whereIn('subjectDigest', digests.slice(at, at + ROWS))
      .select('upstreamId', 'subjectDigest')
    for (const { upstreamId, subjectDigest } of rows) taken.add(`${upstreamId} ${subjectDigest}`)
  }
  return taken
}

function keyOf({ provider, subject }: ArrivingIdentity): string {
  return `${provider} ${digest(subject)}`
}

/** Of new accounts, in the transaction that makes them: no event has to be about the connection alone. */
export async function insertArrivingLinks(
  trx: Sql,
  accounts: readonly { accountId: string; identities: readonly ArrivingIdentity[] }[],
  atMs: number,
): Promise<void> {
  const rows = accounts.flatMap(({ accountId, identities }) =>
    identities.map(({ provider, subject, shownAs }) => ({
      id: randomUUID(),
      upstreamId: provider,
      subjectDigest: digest(subject),
      subject,
      accountId,
      shownAs: Array.from(shownAs).slice(0, LONGEST_SHOWN).join(''),
      createdAtMs: atMs,
      lastUsedAtMs: null,
    })),
  )
  if (rows.length > 0) await trx.batchInsert('upstream_links', rows, ROWS)
}
