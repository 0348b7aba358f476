/**
 * Stores browser sessions, one record per session uid. The cookie value is only compared with the record. So a new
 * cookie value is one write, and no request finds the session missing. After a rename the earlier value stays valid for
 * ten seconds, for tabs with a request in flight, which then get the current one. After a sign-in the earlier value
 * ends at once (session fixation).
 *
 * Writes compare the version that was read. Two tabs that authorize two apps at once keep both entries. A request that
 * began before a sign-in cannot restore the earlier state.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { AdapterPayload } from 'oidc-provider'
import { unavailable } from '../../platform/errors.ts'
import { MINUTE_MS, SECOND_MS } from '../../platform/clock.ts'
import type { Clock } from '../../platform/clock.ts'
import { randomToken } from '../../platform/tokens.ts'
import type { Sealer } from '../../platform/tokens.ts'
import type { GrantStore, Root } from '../../grant-store/grant-store.ts'
import type { RecordHandles } from './record-handles.ts'
import { isHandle, locateSession, sessionKey, tagOf } from '../../grant-store/token-ids.ts'
import type { Located } from '../../grant-store/token-ids.ts'
import type { Turns } from './turns.ts'

export type SessionNeeds = {
  store: GrantStore
  clock: Clock
  sealer: Sealer
  handles: RecordHandles
  turns: Turns
  /** Idle lifetime of an anonymous session (10 minutes by default). */
  anonymousSessionMs?: number
}

/** `id` is the current cookie value, even when the earlier one was presented. */
export type FoundSession = { id: string; place: Located; root: Root; payload: AdapterPayload }

/** A new `Root.version`. */
export function newVersion(): string {
  return randomToken(96)
}

const RENAME_GRACE_MS = 10 * SECOND_MS
/** Only other processes can interfere, with one write each at a time. It takes dozens of them to lose this often. */
const ATTEMPTS = 40
const LONGEST_PAUSE_MS = 50

/** Finds the session of a cookie value. */
export async function findSession(needs: SessionNeeds, presented: string): Promise<FoundSession | undefined> {
  const place = locateSession(presented)
  const root = place && (await needs.store.readRoot(place.key))
  if (!root || !accepts(root, place.digest, needs.clock())) return undefined
  const payload = JSON.parse(root.payload) as AdapterPayload
  if (root.digest === place.digest) return { id: presented, place, root, payload }
  const current = root.sealedId && needs.sealer.open(root.sealedId, place.key)
  return { id: current || presented, place, root, payload }
}

/** Finds the session of a uid, under a handle. */
export async function findSessionByUid(needs: SessionNeeds, uid: string): Promise<FoundSession | undefined> {
  const tag = tagOf(uid)
  const root = await needs.store.readRoot(sessionKey(tag))
  if (!root) return undefined
  const payload = JSON.parse(root.payload) as AdapterPayload
  const place = { tag, digest: root.digest, key: sessionKey(tag) }
  return payload.uid === uid ? { id: needs.handles.make('Session', place), place, root, payload } : undefined
}

/** One write: the id (a cookie value or a handle), the payload, the lifetime, and the version that was read. */
export type SessionWrite = {
  id: string
  place: Located
  payload: AdapterPayload
  ttlMs: number
  base: Root | undefined
}

/**
 * Writes a session. Does nothing when the session was destroyed, or when another request signed somebody in meanwhile.
 * Returns the record as written.
 * @throws AppError 503 when other processes changed it on every attempt
 */
export async function saveSession(needs: SessionNeeds, write: SessionWrite): Promise<Root | undefined> {
  return needs.turns(write.place.key, (latest) => saveOver(needs, write, latest))
}

async function saveOver(
  needs: SessionNeeds,
  write: SessionWrite,
  latest: Root | undefined,
): Promise<Root | undefined> {
  const { store, clock, anonymousSessionMs = 10 * MINUTE_MS } = needs
  const { place, ttlMs, base } = write
  const expiresAtMs = clock() + (write.payload.accountId ? ttlMs : Math.min(ttlMs, anonymousSessionMs))
  let current = base && (latest ?? base)
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const payload = current === base ? write.payload : current && merge(base, current, write.payload)
    if (!payload) return undefined
    const ids = idsOf(needs, write, payload, current)
    const root = { ...ids, version: newVersion(), payload: JSON.stringify(payload) }
    const result = await store.putRoot(place.key, root, expiresAtMs, current?.version)
    if (result.outcome !== 'conflict') return result.outcome === 'done' ? root : undefined
    current = result.current
    await pause(Math.random() * Math.min(LONGEST_PAUSE_MS, attempt))
  }
  throw unavailable(new Error('the session was changed by others on every attempt'))
}

/**
 * The write for a caller that did not keep what it read: the expiry moves, and the changes of others stay. `undefined`
 * when somebody signed in meanwhile.
 */
export function untouchedBut(current: Root, mine: AdapterPayload): AdapterPayload | undefined {
  return merge(undefined, current, mine)
}

/** The session's ids after this write. */
function idsOf(
  { sealer, clock }: SessionNeeds,
  { id, place }: SessionWrite,
  payload: AdapterPayload,
  current: Root | undefined,
): Pick<Root, 'digest' | 'previous' | 'sealedId'> {
  // A caller that found the session by its uid does not know its ids, and leaves them unchanged.
  if (isHandle(id) && current) return pickIds(current)
  const previous = current && previousOf(current, place.digest, payload, clock())
  return { digest: place.digest, previous, sealedId: isHandle(id) ? undefined : sealer.seal(id, place.key) }
}

function pickIds({ digest, previous, sealedId }: Root) {
  return { digest, previous, sealedId }
}

function accepts({ digest, previous }: Root, presented: string, nowMs: number): boolean {
  return digest === presented || (previous?.digest === presented && nowMs < previous.untilMs)
}

function previousOf(current: Root, digest: string, payload: AdapterPayload, nowMs: number): Root['previous'] {
  if (!sameLogin(JSON.parse(current.payload) as AdapterPayload, payload)) return undefined
  if (current.digest !== digest) return { digest: current.digest, untilMs: nowMs + RENAME_GRACE_MS }
  return current.previous && nowMs < current.previous.untilMs ? current.previous : undefined
}

function sameLogin(a: AdapterPayload, b: AdapterPayload): boolean {
  return a.accountId === b.accountId && a.loginTs === b.loginTs
}

/** This request's changes, merged into the changes of others. `undefined` when this request must yield. */
function merge(base: Root | undefined, current: Root, mine: AdapterPayload): AdapterPayload | undefined {
  const before = base ? (JSON.parse(base.payload) as AdapterPayload) : mine
  const theirs = JSON.parse(current.payload) as AdapterPayload
  if (!sameLogin(theirs, mine)) return sameLogin(before, mine) ? undefined : mine
  return { ...mine, authorizations: mergeAuthorizations(before, theirs, mine) }
}

function mergeAuthorizations(base: AdapterPayload, theirs: AdapterPayload, mine: AdapterPayload) {
  const merged = { ...theirs.authorizations }
  const changed = new Set([
    ...Object.keys(base.authorizations ?? {}),
    ...Object.keys(mine.authorizations ?? {}),
  ])
  for (const clientId of changed) {
    const after = mine.authorizations?.[clientId]
    if (JSON.stringify(base.authorizations?.[clientId]) === JSON.stringify(after)) continue
    if (after) merged[clientId] = after
    else delete merged[clientId]
  }
  return Object.keys(merged).length === 0 ? undefined : merged
}
