/**
 * Sign-ins that are under way at an upstream: table `upstream_flows`. A flow is found by its `state`, only in the browser
 * that began it, and used once. What was used is kept for an hour, so that a page that comes back twice finds its way.
 */
import { z } from 'zod'
import { HOUR_MS, MINUTE_MS } from '../../platform/clock.ts'
import { purgeSome } from '../../platform/sql/purge.ts'
import type { Purge } from '../../platform/sql/purge.ts'
import type { SealedColumn } from '../../platform/sql/reseal.ts'
import { digest, randomToken } from '../../platform/tokens.ts'
import type { Db } from '../../platform/sql/database.ts'
import type { Services } from '../../services.ts'
import { identitySchema } from '../identity.ts'
import type { UpstreamIdentity } from '../identity.ts'

/** How long somebody may take at the provider. */
export const FLOW_MS = 15 * MINUTE_MS
const KEPT_MS = HOUR_MS
/** How long somebody who came back may take to show which account is theirs. */
const CONNECT_MS = 30 * MINUTE_MS

const payload = z.object({
  nonce: z.string(),
  codeVerifier: z.string(),
  /** The request that the sign-in is for: the uid of an interaction, or a word of the pages. */
  of: z.string(),
  /** The query of the page that it came from. */
  query: z.string(),
  /** The client id of the app. */
  client: z.string().optional(),
  /** How old the proof at the provider may be. 0: the person has to prove anew who they are. */
  maxAgeSeconds: z.number().optional(),
  /** The provider has to show that the proof is not older: an app relies on it. */
  strict: z.boolean(),
  /** Of somebody who is signed in and connects their account. */
  connects: z.object({ accountId: z.string(), sessionUid: z.string() }).optional(),
  /** Who came back, while the person shows which account here is theirs. */
  identity: identitySchema.optional(),
  /** What the provider calls its own session, for the sign-out. */
  there: z.object({ sid: z.string().optional(), idToken: z.string().optional() }).optional(),
})

export type FlowPurpose = Omit<z.infer<typeof payload>, 'nonce' | 'codeVerifier' | 'identity' | 'there'>
export type Flow = z.infer<typeof payload> & { upstreamId: string; state: string; createdAtMs: number }

type FlowServices = Pick<Services, 'db' | 'clock' | 'sealer'>

/** `browser`: the secret of the browser's cookie. */
export async function beginFlow(
  { db, clock, sealer }: FlowServices,
  { upstreamId, browser, purpose }: { upstreamId: string; browser: string; purpose: FlowPurpose },
): Promise<Flow> {
  const flow = { ...purpose, nonce: randomToken(), codeVerifier: randomToken() }
  const [state, createdAtMs] = [randomToken(), clock()]
  const stateDigest = digest(state)
  await db('upstream_flows').insert({
    stateDigest,
    upstreamId,
    browserDigest: digest(browser),
    payloadSealed: sealer.seal(JSON.stringify(flow), contextOf(stateDigest)),
    createdAtMs,
  })
  return { ...flow, upstreamId, state, createdAtMs }
}

export type TakenFlow =
  | { ok: true; flow: Flow }
  /** `flow`: where it came from, for the way back. Of another browser nothing is said. */
  | { ok: false; reason: 'used' | 'expired' | 'no_cookie'; flow: Flow }
  | { ok: false; reason: 'other_browser' | 'unknown' }

/** Uses the flow up, in one conditional statement. Only the browser that began it can. */
export async function takeFlow(
  { db, clock, sealer }: FlowServices,
  { state, upstreamId, browser }: { state: string; upstreamId: string; browser: string | undefined },
): Promise<TakenFlow> {
  const stateDigest = digest(state)
  const nowMs = clock()
  const row = await db<Row>('upstream_flows').where({ stateDigest, upstreamId }).first()
  const opened = row && sealer.open(row.payloadSealed, contextOf(stateDigest))
  if (!row || opened === undefined) return { ok: false, reason: 'unknown' }
  const { createdAtMs } = row
  const flow = { ...payload.parse(JSON.parse(opened)), upstreamId, state, createdAtMs }
  if (browser === undefined) return { ok: false, reason: 'no_cookie', flow }
  if (row.browserDigest !== digest(browser)) return { ok: false, reason: 'other_browser' }
  const used = await db('upstream_flows')
    .where({ stateDigest, upstreamId, browserDigest: digest(browser) })
    .whereNull('usedAtMs')
    .where('createdAtMs', '>', nowMs - FLOW_MS)
    .update({ usedAtMs: nowMs })
  if (used === 1) return { ok: true, flow }
  return { ok: false, reason: createdAtMs > nowMs - FLOW_MS ? 'used' : 'expired', flow }
}

/** Keeps who came back, for the browser that began the flow. */
export async function keepIdentity(
  { db, clock, sealer }: FlowServices,
  { state, upstreamId, createdAtMs: _created, ...flow }: Flow,
  { identity, there }: Pick<z.infer<typeof payload>, 'there'> & { identity: UpstreamIdentity },
): Promise<void> {
  const stateDigest = digest(state)
  const payloadSealed = sealer.seal(JSON.stringify({ ...flow, identity, there }), contextOf(stateDigest))
  await db('upstream_flows').where({ stateDigest, upstreamId }).update({ payloadSealed, keptAtMs: clock() })
}

export type KeptIdentity = Flow & { identity: UpstreamIdentity; stateDigest: string }

/** The latest one of this browser that waits to be connected. */
export async function findKept(
  { db, clock, sealer }: FlowServices,
  browser: string | undefined,
): Promise<KeptIdentity | undefined> {
  if (browser === undefined) return undefined
  const row = await db<Row>('upstream_flows')
    .where({ browserDigest: digest(browser) })
    .where('keptAtMs', '>', clock() - CONNECT_MS)
    .orderBy('keptAtMs', 'desc')
    .first()
  const opened = row && sealer.open(row.payloadSealed, contextOf(row.stateDigest))
  if (!row || opened === undefined) return undefined
  const { identity, ...flow } = payload.parse(JSON.parse(opened))
  const { stateDigest, upstreamId, createdAtMs } = row
  return identity && { ...flow, identity, stateDigest, upstreamId, createdAtMs, state: '' }
}

/** False when it was connected or dropped before, in another tab. */
export async function dropKept(
  { db }: Pick<FlowServices, 'db'>,
  { stateDigest }: KeptIdentity,
): Promise<boolean> {
  return (await db('upstream_flows').where({ stateDigest }).update({ keptAtMs: null })) === 1
}

/** One step: answers how many rows it found. */
export function purgeFlows(db: Db, nowMs: number, limit: number): Promise<number> {
  const old: Purge = {
    table: 'upstream_flows',
    key: 'stateDigest',
    outdated: (rows) => rows.where('createdAtMs', '<=', nowMs - KEPT_MS),
  }
  return purgeSome(db, old, limit)
}

export const SEALED_FLOWS: SealedColumn = {
  what: 'upstream sign-ins',
  table: 'upstream_flows',
  column: 'payloadSealed',
  key: 'stateDigest',
  context: ({ stateDigest = '' }) => contextOf(stateDigest),
}

type Row = {
  stateDigest: string
  upstreamId: string
  browserDigest: string
  payloadSealed: string
  createdAtMs: number
  usedAtMs: number | null
  keptAtMs: number | null
}

function contextOf(stateDigest: string): string {
  return `upstream-flow:${stateDigest}`
}
