/** Reads the counts of a network or an account. Their names are digests, which are made anew for the question. */
import { networksOf } from '../attempts/network.ts'
import type { Db } from '../platform/sql/database.ts'
import type { Services } from '../services.ts'
import { LIMIT_EFFECTS, ruleOf } from './limit-kinds.ts'
import type { LimitKind } from './limit-kinds.ts'

/** `counting`: the limit is not reached. The others are what it does. */
export const LIMIT_STATES = ['counting', ...LIMIT_EFFECTS] as const

export type LimitedAccount = { id: string; email: string; emailCanonical: string }

export type Limit = {
  /** `KIND:NETWORK`, `KIND:ACCOUNT_ID` or `KIND:ACCOUNT_ID:NETWORK`. */
  id: string
  kind: LimitKind
  state: (typeof LIMIT_STATES)[number]
  network: string | null
  account: LimitedAccount | null
  count: number
  limit: number
  untilMs: number
  /** What a clearing empties: the count, and what is derived from it. */
  buckets: readonly string[]
}

export type Reading = Pick<Services, 'db' | 'config' | 'clock'>

/** What is counted: a network, an account, or an account with a network. `networks`: of the address, these alone. */
export type Subject = { ip?: string; networks?: readonly string[]; account?: LimitedAccount }

const SUBJECTS_AT_ONCE = 100

type Count = {
  of: Omit<Limit, 'count' | 'untilMs' | 'state' | 'buckets'>
  bucket: string
  challengeFrom: number
  /** Names of further counts are only made for what is found: each takes a digest. */
  parts: () => readonly string[]
}

/** Counts that run now, those that last longest first. */
export async function runningOf(
  { db, config, clock }: Reading,
  subjects: readonly Subject[],
  kinds: readonly LimitKind[],
): Promise<Limit[]> {
  const nowMs = clock()
  const counts: Count[] = []
  for (const [at, subject] of subjects.entries()) {
    for (const kind of kinds) counts.push(...countsOf(config, subject, kind, nowMs))
    // A question about all who were seen makes ten thousand names. Other requests have their turn.
    if (at % SUBJECTS_AT_ONCE === SUBJECTS_AT_ONCE - 1) await new Promise((resolve) => setImmediate(resolve))
  }
  const rows = await runningBuckets(
    db,
    counts.map(({ bucket }) => bucket),
    nowMs,
  )
  const running = counts.flatMap((count) => {
    const row = rows.get(count.bucket)
    return row ? [limitOf(count, row)] : []
  })
  // Neighbours of one IPv6 site name the count of the site each.
  const each = [...new Map(running.map((one) => [one.id, one])).values()]
  return each.toSorted((a, b) => b.untilMs - a.untilMs)
}

/** Empty where the limit counts something else. */
function countsOf(
  config: Reading['config'],
  { ip, networks, account }: Subject,
  kind: LimitKind,
  nowMs: number,
): Count[] {
  const rule = ruleOf(kind)
  if ((rule.per !== 'account') !== (ip !== undefined)) return []
  if ((rule.per !== 'network') !== (account !== undefined)) return []
  const counted = {
    ip: ip ?? '',
    accountId: account?.id ?? '',
    emailCanonical: account?.emailCanonical ?? '',
  }
  const all = ip === undefined ? [] : networksOf(ip)
  const share = rule.challengeShare?.(config) ?? 1
  return rule.takes(config, counted, nowMs).flatMap(({ bucket, limit }, level) => {
    const network = all[level] ?? null
    if (network !== null && networks && !networks.includes(network)) return []
    const id = [kind, account?.id, network].filter((part) => part).join(':')
    const of = { id, kind, network, account: account ?? null, limit }
    const parts = () => (rule.parts?.(config, counted) ?? []).slice(level, level + 1)
    return { of, bucket, challengeFrom: limit * share, parts }
  })
}

type Bucket = { bucket: string; failures: number; expiresAtMs: number }

const CHUNK = 500

async function runningBuckets(
  db: Db,
  buckets: readonly string[],
  nowMs: number,
): Promise<Map<string, Bucket>> {
  const found = new Map<string, Bucket>()
  for (let from = 0; from < buckets.length; from += CHUNK) {
    const rows: Bucket[] = await db('attempt_buckets')
      .whereIn('bucket', buckets.slice(from, from + CHUNK))
      .where('failures', '>', 0)
      .where('expiresAtMs', '>', nowMs)
      .select('bucket', 'failures', 'expiresAtMs')
    for (const row of rows) found.set(row.bucket, row)
  }
  return found
}

function limitOf({ of, bucket, challengeFrom, parts }: Count, { failures, expiresAtMs }: Bucket): Limit {
  const beyond = failures >= challengeFrom ? 'challenge' : 'counting'
  const state = failures >= of.limit ? ruleOf(of.kind).effect : beyond
  const buckets = [bucket, ...parts()]
  return { ...of, buckets, state, count: failures, untilMs: Number(expiresAtMs) }
}
